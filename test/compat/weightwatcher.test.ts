import { describe, expect, test } from "vitest";
import type { Tensor } from "../../src/checkpoint/tensor.ts";
import { detailsTable, renderDetailsCsv } from "../../src/compat/weightwatcher/render-details.ts";
import { stateDictWeights } from "../../src/compat/weightwatcher/state-dict.ts";
import {
  NothingToAnalyzeError,
  randomStream,
  tensorOf,
  UsageError,
  type WeightwatcherRow,
  weightwatcherDetails,
} from "../../src/index.ts";

/** Roundings of a sum over 24 values, each squared from a singular value that is right to 16 eps sqrt N. */
const closeTo = (value: number) => Math.abs(value) * 1e-13;

function expectNumbers(
  row: WeightwatcherRow,
  expected: Partial<Record<keyof WeightwatcherRow, unknown>>,
): void {
  for (const [column, value] of Object.entries(expected)) {
    const actual = row[column as keyof WeightwatcherRow];
    if (typeof value === "number") {
      expect(Math.abs((actual as number) - value), `${column}: ${actual}`).toBeLessThanOrEqual(
        closeTo(value),
      );
    } else expect(actual, column).toBe(value);
  }
}

/** A tensor with scale (i + 1) at the i-th place of the diagonal of each of its slices. */
function diagonal(name: string, shape: readonly [number, number, ...number[]], scales = [1]): Tensor {
  const [rows, columns] = shape;
  const data = new Float64Array(rows * columns * scales.length);
  for (let i = 0; i < Math.min(rows, columns); i++) {
    for (const [slice, scale] of scales.entries()) {
      data[(i * columns + i) * scales.length + slice] = scale * (i + 1);
    }
  }
  return tensorOf(name, shape, data);
}

const source = (...tensors: readonly Tensor[]) => ({ id: "model", tensors: () => tensors });

/** A tensor of which only the header is looked at. */
const header = (name: string, shape: readonly number[], dtype: Tensor["dtype"] = "F32"): Tensor => ({
  ...tensorOf(name, [0], new Float32Array(0)),
  shape,
  dtype,
});

describe("numbers in closed form", () => {
  test("1 .. 12 on the diagonal of 12 x 20: sums of squares", async () => {
    const { details } = await weightwatcherDetails(source(diagonal("a.b.weight", [12, 20])));
    expect(details.length).toBe(1);
    const shares = Array.from({ length: 12 }, (_, i) => (i + 1) ** 2 / 650 + 1e-10);
    expectNumbers(details[0]!, {
      layer_id: 1,
      name: "a.b",
      longname: "a.b",
      layer_type: "dense",
      N: 20,
      M: 12,
      rf: 1,
      Q: 20 / 12,
      num_evals: 12,
      norm: 650,
      log_norm: Math.log10(650),
      spectral_norm: 144,
      log_spectral_norm: Math.log10(144),
      lambda_max: 144,
      stable_rank: 650 / 144,
      matrix_rank: 12,
      rank_loss: 0,
      weak_rank_loss: 0,
      entropy: -shares.reduce((sum, p) => sum + p * Math.log(p), 0) / Math.log(12 + 1e-10),
      xmax: 144,
      sv_min: 1,
      sv_max: 12,
      status: "success",
    });
    const { alpha, alpha_weighted, sigma, num_pl_spikes } = details[0]!;
    expect(alpha_weighted).toBeCloseTo(alpha! * Math.log10(144), 12);
    expect(sigma).toBeCloseTo((alpha! - 1) / Math.sqrt(num_pl_spikes), 12);
  });

  test("the slices of a kernel: halved, thrown together, the larger of the two minima", async () => {
    const kernel = diagonal("conv.weight", [12, 14, 1, 2], [1, 3]);
    const { details } = await weightwatcherDetails(source(kernel));
    expectNumbers(details[0]!, {
      layer_type: "conv2d",
      N: 14,
      M: 12,
      rf: 2,
      Q: 14 / 12,
      num_evals: 24,
      norm: (650 + 9 * 650) / 2,
      lambda_max: 36 ** 2 / 2,
      matrix_rank: 24,
      rank_loss: 0,
      sv_min: 3 / Math.SQRT2,
      sv_max: 36 / Math.SQRT2,
    });
  });

  test("a slice of zeros is a loss of rank", async () => {
    const { details } = await weightwatcherDetails(source(diagonal("conv.weight", [12, 14, 1, 2], [1, 0])));
    expectNumbers(details[0]!, {
      norm: 325,
      matrix_rank: 12,
      rank_loss: 12,
      weak_rank_loss: 12,
      num_evals: 24,
    });
    expectNumbers(details[0]!, { sv_min: 1 / Math.SQRT2 });
  });

  test("zeros: a failed fit, null for what is infinite or no number", async () => {
    const { details } = await weightwatcherDetails(source(diagonal("zeros.weight", [10, 10], [0])));
    expectNumbers(details[0]!, {
      norm: 0,
      log_norm: null,
      log_spectral_norm: null,
      stable_rank: null,
      entropy: null,
      matrix_rank: 0,
      rank_loss: 10,
      alpha: -1,
      xmin: -1,
      xmax: null,
      D: -1,
      sigma: -1,
      num_pl_spikes: -1,
      alpha_weighted: null,
      log_alpha_norm: null,
      status: "failed",
      warning: "over-trained",
    });
  });

  test("one direction: the entropy of 9 shares of 1e-10 over the logarithm of a rank of 1", async () => {
    const constant = tensorOf("one.weight", [10, 10], new Float32Array(100).fill(0.5));
    const { details } = await weightwatcherDetails(source(constant));
    // -(9e-10 ln 1e-10 + (1 + 1e-10) ln(1 + 1e-10)) / ln(1 + 1e-10), in exact arithmetic 206.2326583694641.
    expect(details[0]!.entropy! / 206.2326583694641).toBeCloseTo(1, 6);
    expectNumbers(details[0]!, { matrix_rank: 1, norm: 25, status: "failed" });
  });

  test("the identity: alpha is infinite, and so null", async () => {
    const identity = Float32Array.from({ length: 100 }, (_, i) => (i % 11 === 0 ? 1 : 0));
    const { details } = await weightwatcherDetails(source(tensorOf("i.weight", [10, 10], identity)));
    expectNumbers(details[0]!, {
      alpha: null,
      sigma: null,
      alpha_weighted: null,
      log_alpha_norm: 1,
      D: 0.5,
      xmin: 1,
      num_pl_spikes: 10,
      status: "success",
      warning: "under-trained",
    });
  });

  test("a value that a Gram matrix loses is computed again, unless that is not wanted", async () => {
    const data = new Float32Array(12 * 20);
    for (let i = 0; i < 12; i++) data[21 * i] = i === 5 ? 2 ** -30 : 1;
    const walk = (method: "auto" | "gram") =>
      weightwatcherDetails(source(tensorOf("w.weight", [12, 20], data)), { method });
    // 2^-30 is over the tolerance of float64, 20 * 2^-52, and under what squares keep, about 1e-8.
    expectNumbers((await walk("auto")).details[0]!, { matrix_rank: 12, sv_min: 2 ** -30, weak_rank_loss: 1 });
    expectNumbers((await walk("gram")).details[0]!, { matrix_rank: 11, sv_min: 0, weak_rank_loss: 1 });
  });

  test("W' has the numbers of W", async () => {
    const stream = randomStream(3, ["compat"]);
    const data = Float32Array.from({ length: 12 * 30 }, () => stream.normal());
    const transposed = Float32Array.from(
      { length: 360 },
      (_, i) => data[(i % 12) * 30 + Math.floor(i / 12)]!,
    );
    const { details } = await weightwatcherDetails(
      source(tensorOf("w.weight", [12, 30], data), tensorOf("t.weight", [30, 12], transposed)),
    );
    const [w, t] = details;
    // alpha and D amplify the rounding of a singular value by the length of the tail, and lambda by two.
    for (const [column, value] of Object.entries(w!)) {
      if (typeof value !== "number" || column === "layer_id") continue;
      const other = t![column as keyof WeightwatcherRow] as number;
      expect(Math.abs(other - value), column).toBeLessThanOrEqual(1e-11 * Math.abs(value));
    }
  });
});

describe("which tensors have a row", () => {
  test("names that end in .weight are counted from 1, whatever becomes of them", () => {
    const { weights, leftOut } = stateDictWeights([
      header("a.bias", [64, 64]),
      header("a.weight", [64, 64]),
      header("norm.weight", [64]),
      header("b.weight", [64, 32, 3, 3]),
      header("experts.weight", [8, 64, 64]),
      header("c.in_proj_weight", [192, 64]),
      header("ids.weight", [64, 64], "I64"),
      header("d.weight", [10, 10]),
    ]);
    expect(weights.map(({ layerId, name }) => [layerId, name])).toEqual([
      [1, "a"],
      [3, "b"],
      [6, "d"],
    ]);
    expect(leftOut.map(({ tensor, reason }) => [tensor, reason])).toEqual([
      ["a.bias", "other-name"],
      ["norm.weight", "other-axes"],
      ["experts.weight", "other-axes"],
      ["c.in_proj_weight", "other-name"],
      ["ids.weight", "integer"],
    ]);
  });

  test.each([
    [[9, 100], "too-few-eigenvalues"],
    [[10, 100], null],
    [[64, 1, 3, 3], "too-few-eigenvalues"],
    [[64, 2, 3, 3], null],
    [[15_000, 15_000], null],
    [[15_001, 15_001], "too-many-eigenvalues"],
    [[2048, 1667, 3, 3], "too-many-eigenvalues"],
    [[50_000, 10], null],
    [[10, 50_001], "too-large"],
    [[0, 10], "too-few-eigenvalues"],
  ])("the bounds are WeightWatcher's: %j is %s", (shape, reason) => {
    const { leftOut } = stateDictWeights([header("w.weight", shape)]);
    expect(leftOut[0]?.reason ?? null).toBe(reason);
  });

  test("globs leave out rows, and the others keep their ids", () => {
    const tensors = [
      header("a.weight", [10, 10]),
      header("b.weight", [10, 10]),
      header("c.weight", [10, 10]),
    ];
    const ids = (options: object) => stateDictWeights(tensors, options).weights.map(({ layerId }) => layerId);
    expect(ids({ include: ["[bc].*"] })).toEqual([2, 3]);
    expect(ids({ exclude: ["b.*"] })).toEqual([1, 3]);
  });

  test("one with NaN has no row, and says so", async () => {
    const bad = tensorOf("bad.weight", [10, 10], new Float32Array(100).fill(Number.NaN));
    const { details, leftOut } = await weightwatcherDetails(source(bad, diagonal("d.weight", [10, 10])));
    expect(details.map(({ layer_id }) => layer_id)).toEqual([2]);
    expect(leftOut).toEqual([{ tensor: "bad.weight", reason: "non-finite" }]);
    await expect(weightwatcherDetails(source(bad))).rejects.toThrow(/1 with NaN or infinite entries/);
  });

  test("no row at all is an error that counts the reasons", async () => {
    const walk = weightwatcherDetails(source(header("a.bias", [64]), header("b.weight", [64])));
    await expect(walk).rejects.toThrow(NothingToAnalyzeError);
    await expect(walk).rejects.toThrow(/1 whose name does not end in \.weight, 1 with neither 2 nor 4 axes/);
    const misspelt = weightwatcherDetails(source(diagonal("d.weight", [10, 10])), { include: ["e.weight"] });
    await expect(misspelt).rejects.toThrow(/names like e\.weight are d\.weight/);
  });

  test("two checkpoints, an estimate and half a worker are wrong usage", async () => {
    const one = source(diagonal("d.weight", [10, 10]));
    await expect(weightwatcherDetails([one, { ...one, id: "other" }])).rejects.toThrow(UsageError);
    await expect(weightwatcherDetails(one, { method: "lanczos" })).rejects.toThrow(UsageError);
    await expect(weightwatcherDetails(one, { workers: 0.5 })).rejects.toThrow(UsageError);
  });
});

describe("texts", () => {
  const rows = async () =>
    (await weightwatcherDetails(source(diagonal("=1.weight", [10, 10]), diagonal("z.weight", [10, 10], [0]))))
      .details;

  test("CSV: heads, doubles that read back, empty for null, names that are no formulas", async () => {
    const details = await rows();
    const [head, first, second] = renderDetailsCsv(details)
      .split("\r\n")
      .map((line) => line.split(","));
    expect(head).toEqual(Object.keys(details[0]!));
    expect(first!.slice(0, 3)).toEqual(["1", "'=1", "'=1"]);
    expect(Number(first![head!.indexOf("alpha")])).toBe(details[0]!.alpha);
    expect(second![head!.indexOf("log_norm")]).toBe("");
    expect(second![head!.indexOf("alpha")]).toBe("-1");
  });

  test("the table says that a fit has failed", async () => {
    const { headings, rows: cells } = detailsTable(await rows());
    expect(cells.every((row) => row.length === headings.length)).toBe(true);
    expect(cells[1]!.at(-1)).toBe("fit failed, over-trained");
    expect(cells[1]![headings.indexOf("log_norm")]).toBe("–");
  });
});
