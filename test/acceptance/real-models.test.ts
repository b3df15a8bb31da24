import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { analyze } from "../../src/index.ts";
import { hasShared, shared } from "../cli/run-marchenko.ts";
import { enginesHere } from "./engines-here.ts";

interface ListedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fro: number;
  readonly sigma_top?: readonly number[];
  readonly sigma_bottom?: readonly number[];
}
const folder = join(shared, "real-models");

/** The entry of a file in the manifest, wherever it stands in it. */
function listed(value: unknown, file: string): readonly ListedTensor[] | null {
  if (typeof value !== "object" || value === null) return null;
  if ("file" in value && value.file === file)
    return (value as unknown as { tensors: ListedTensor[] }).tensors;
  for (const each of Object.values(value)) {
    const found = listed(each, file);
    if (found) return found;
  }
  return null;
}

describe.skipIf(!hasShared).each(enginesHere)("silero_vad_16k, a real model, by $id", (engine) => {
  test("every tensor has a row, and the numbers are those of the manifest (numpy) to 1e-6 relative", async () => {
    const file = "silero_vad_16k.safetensors";
    const tensors = listed(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")), file)!;
    // The manifest has the gates of a cell in one matrix.
    const options = { spectra: "all", engine, keepFused: true } as const;
    const { layers } = (await analyze(join(folder, file), options)).checkpoints[0]!;
    expect(layers.map(({ tensor }) => tensor).sort()).toEqual(tensors.map(({ name }) => name).sort());
    let compared = 0;
    for (const { name, shape, fro, sigma_top: top, sigma_bottom: bottom } of tensors) {
      const layer = layers.find(({ tensor }) => tensor === name)!;
      expect(layer.shape).toEqual(shape);
      if (layer.status === "skipped") {
        expect(layer.reason).toBe("not-a-matrix");
        continue;
      }
      expect(layer.metrics!.frobeniusNorm! / fro).toBeCloseTo(1, 6);
      const values = layer.spectrum!.singularValues!;
      for (const [i, value] of (top ?? []).entries())
        expect(Math.abs(values[i]! / value - 1)).toBeLessThan(1e-6);
      for (const [i, value] of (bottom ?? []).entries()) {
        expect(Math.abs(values[values.length - bottom!.length + i]! / value - 1)).toBeLessThan(1e-6);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });
});
