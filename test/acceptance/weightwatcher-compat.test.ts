import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { analyze, openCheckpoint, type WeightwatcherRow, weightwatcherDetails } from "../../src/index.ts";
import { hasShared, shared } from "../cli/run-marchenko.ts";
import { npyValues } from "./npy-values.ts";

/** Default runs of WeightWatcher 0.7.5.5, git d6fd015, numpy 1.24.2 (see the folder's README). */
const folder = join(shared, "weightwatcher-cases");
const cases = hasShared
  ? readdirSync(folder).filter((name) => existsSync(join(folder, name, "model.safetensors")))
  : [];

interface Oracle {
  readonly layers: readonly { readonly tensor: string }[];
  readonly runs: {
    readonly default: { readonly details: readonly Readonly<Record<string, number | string | null>>[] };
  };
}

const oracleOf = (name: string): Oracle => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

/** The contract's columns, in its order. */
const columns =
  "layer_id name longname layer_type N M rf Q num_evals norm log_norm spectral_norm log_spectral_norm lambda_max stable_rank matrix_rank rank_loss weak_rank_loss entropy alpha xmin xmax D sigma num_pl_spikes alpha_weighted log_alpha_norm sv_min sv_max status warning".split(
    " ",
  ) as (keyof WeightwatcherRow)[];

/** What a torch module numbers and names by itself, where a file only has the tensors. */
const ofModules: ReadonlySet<string> = new Set(["layer_id", "name", "layer_type"]);

/** Whether float32 can't tell the smallest singular value from zero, under eps N s_1: then sv_min is anybody's. */
function isBlurred(name: string, row: WeightwatcherRow): boolean {
  const values = npyValues(join(folder, name, `${row.longname}.weight.sv64.npy`));
  return Math.min(...values) < 2 ** -23 * row.N * Math.max(...values);
}

function expectEqual(value: number | string | null, expected: number | string | null, where: string): void {
  if (expected === "inf" || expected === "-inf" || expected === "nan") expect(value, where).toBeNull();
  else if (typeof expected === "number") {
    expect(typeof value, where).toBe("number");
    expect(Math.abs((value as number) - expected), where).toBeLessThanOrEqual(1e-6 * Math.abs(expected));
  } else expect(value, where).toBe(expected);
}

describe.skipIf(!hasShared)("the rows of WeightWatcher's default runs", () => {
  test.each(cases)("%s: the same layers, and every column to 1e-6 relative", async (name) => {
    const expected = oracleOf(name).runs.default.details;
    const { details } = await weightwatcherDetails(join(folder, name, "model.safetensors"));
    const byName = new Map(details.map((row) => [row.longname, row]));
    expect([...byName.keys()].sort()).toEqual(expected.map((row) => row.longname).sort());
    for (const theirs of expected) {
      const row = byName.get(theirs.longname as string)!;
      expect(Object.keys(row)).toEqual(columns);
      const blurred = isBlurred(name, row);
      for (const column of columns) {
        if (ofModules.has(column) || (blurred && column === "sv_min")) continue;
        expectEqual(row[column], theirs[column]!, `${row.longname} ${column}`);
      }
    }
  });

  test("a state dict in its own order has WeightWatcher's ids, names and types too", async () => {
    const name = "other_layers_statedict";
    const { layers, runs } = oracleOf(name);
    const checkpoint = await openCheckpoint(join(folder, name, "model.safetensors"));
    const tensors = new Map(checkpoint.tensors().map((tensor) => [tensor.name, tensor]));
    const inOrder = layers.map(({ tensor }) => tensors.get(tensor)!);
    const { details } = await weightwatcherDetails({ id: name, tensors: () => inOrder });
    await checkpoint.close();
    const facts = (rows: readonly object[]) =>
      rows.map((row) => {
        const { layer_id, name, longname, layer_type } = row as WeightwatcherRow;
        return { layer_id, name, longname, layer_type };
      });
    expect(facts(details)).toEqual(facts(runs.default.details));
  });
});

describe.skipIf(!hasShared)("where WeightWatcher is wrong, the native analysis has what was planted", () => {
  test("degenerate: ranks, entropies in [0, 1], and no verdict of training on what can't be fitted", async () => {
    const result = await analyze(join(folder, "degenerate", "model.safetensors"));
    const layers = new Map(result.checkpoints[0]!.layers.map((layer) => [layer.tensor, layer]));
    const planted: readonly (readonly [tensor: string, rank: number])[] = [
      ["lowrank5.weight", 5],
      ["constant.weight", 1],
      ["identity.weight", 64],
      ["orth.weight", 50],
      ["tiny_scale.weight", 100],
      ["huge_scale.weight", 100],
    ];
    for (const [tensor, rank] of planted) {
      const { concentration, metrics } = layers.get(tensor)!;
      expect(concentration?.rank, tensor).toBe(rank);
      expect(metrics?.entropy, tensor).toBeGreaterThanOrEqual(0);
      expect(metrics?.entropy, tensor).toBeLessThanOrEqual(1);
    }
    // One direction has no entropy, equal ones have all of it; orth was rounded to float32.
    expect(layers.get("constant.weight")?.metrics?.entropy).toBeLessThan(1e-10);
    expect(layers.get("identity.weight")?.metrics?.entropy).toBeCloseTo(1, 14);
    expect(layers.get("orth.weight")?.metrics?.entropy).toBeCloseTo(1, 12);
    expect(layers.get("lowrank5.weight")?.verdict).toBe("rank-deficient");
    expect(layers.get("zeros.weight")?.reason).toBe("zero");
    expect(layers.get("tiny_scale.weight")?.verdict).toBe(layers.get("huge_scale.weight")?.verdict);
  });
});
