import { describe, expect, test } from "vitest";
import { metricValue } from "../../src/analysis/metric-value.ts";
import {
  type AnalysisResult,
  analysisResultSchema,
  analyze,
  encodeSafetensors,
  type LayerResult,
  NothingToAnalyzeError,
  randomStream,
  type Tensor,
  tensorOf,
  UsageError,
} from "../../src/index.ts";
import { gaussian, plant, transposed } from "../noise.ts";

/** A model in memory. */
const model = (...tensors: Tensor[]) => ({ id: "model", tensors: () => tensors });

async function layersOf(...tensors: Tensor[]): Promise<LayerResult[]> {
  return (await analyze(model(...tensors))).checkpoints[0]!.layers;
}

const weight = (name: string, { rows, columns, data }: ReturnType<typeof gaussian>) =>
  tensorOf(name, [rows, columns], Float32Array.from(data));

describe("analyze", () => {
  test("finds the concentration of a Xavier-uniform 3072 x 768 layer: the paper's key matrix at the start", async () => {
    const stream = randomStream(1, ["xavier"]);
    const limit = Math.sqrt(6 / (3072 + 768));
    const data = Float32Array.from({ length: 3072 * 768 }, () => limit * (2 * stream.uniform() - 1));
    const [layer] = await layersOf(
      tensorOf("vit.encoder.layer.0.intermediate.dense.weight", [3072, 768], data),
    );
    expect(layer!.role).toBe("mlp-in");
    expect(layer!.concentration!.nearZeroRate).toBe(0.75);
    expect(layer!.concentration!.eigenvalueRatio).toBeGreaterThan(8.2);
    expect(layer!.concentration!.eigenvalueRatio).toBeLessThan(9.1);
    expect(layer!.concentration!.majorityRatio).toBeGreaterThan(4);
    expect(layer!.concentration!.majorityRatio).toBeLessThan(4.4);
    expect(layer!.concentration!.majorityRatioBinned).toBeGreaterThan(4);
    expect(layer!.concentration!.majorityRatioBinned).toBeLessThan(4.4);
    // Uniform on [-limit, limit] has standard deviation limit / sqrt 3.
    expect(Math.abs(layer!.marchenkoPastur!.scale / (limit / Math.sqrt(3)) - 1)).toBeLessThan(0.01);
    expect(layer!.verdict).toBe("noise-like");
  });

  test("skips a zero matrix as zero, NaN as non-finite, and gives a constant one rank 1", async () => {
    const zero = tensorOf("a.weight", [50, 40], new Float32Array(2000));
    const constant = tensorOf("b.weight", [60, 40], new Float32Array(2400).fill(0.1));
    const broken = tensorOf("c.weight", [20, 20], new Float32Array(400).fill(1));
    const values = await broken.read();
    values[7] = Number.NaN;
    values[8] = Number.POSITIVE_INFINITY;
    const result = await analyze(model(zero, constant, tensorOf("c.weight", [20, 20], values)));
    const [a, b, c] = result.checkpoints[0]!.layers;
    expect([a!.status, a!.reason]).toEqual(["skipped", "zero"]);
    expect([c!.reason, c!.detail]).toEqual(["non-finite", "2 of 400 entries are NaN or infinite"]);
    expect(b!.concentration!.rank).toBe(1);
    expect(b!.concentration!.ratio).toBe(1);
    expect(b!.verdict).toBe("rank-deficient");
    expect(b!.marchenkoPastur).toBeNull();
    expect(result.checkpoints[0]!.findings.map(({ id }) => id)).toEqual([
      "non-finite",
      "all-zero",
      "rank-deficient",
    ]);
    expect(result.warnings.join()).toContain("b.weight");
  });

  test("tells noise, noise with spikes, structure and lost rank apart", async () => {
    const structured = gaussian(80, 120, 1, "structured");
    for (let i = 0; i < 80; i++)
      for (let j = 0; j < 120; j++) structured.data[i * 120 + j]! *= 0.2 + (2 * i) / 80;
    const collapsed = gaussian(80, 120, 1, "collapsed");
    collapsed.data.fill(0, 0, 120 * 30);
    const layers = await layersOf(
      weight("noise.weight", gaussian(80, 120, 1, "noise")),
      weight("spiked.weight", plant(gaussian(80, 120, 1, "spiked"), 40, "spiked")),
      weight("structured.weight", structured),
      weight("collapsed.weight", collapsed),
      weight("small.weight", gaussian(10, 12, 1, "small")),
    );
    expect(layers.map(({ verdict }) => verdict)).toEqual([
      "noise-like",
      "noise-with-spikes",
      "structured",
      "rank-deficient",
      "undetermined",
    ]);
    expect(layers[3]!.concentration!.rank).toBe(50);
    expect(layers[3]!.marchenkoPastur!.scale).toBeGreaterThan(0);
    for (const layer of layers) expect(layer.verdictEvidence!.length).toBeGreaterThan(10);
  });

  test("gives the same verdict, concentration and spikes when scaled by 0.1 or transposed", async () => {
    for (const base of [
      plant(gaussian(100, 260, 1, "invariant"), 60, "a"),
      gaussian(90, 90, 1, "square"),
      plant(plant(gaussian(70, 200, 0.01, "two"), 2, "b"), 1, "c"),
    ]) {
      const data = base.data.map((entry) => 0.1 * entry);
      const [plain, scaled, turned] = await layersOf(
        weight("plain.weight", base),
        weight("scaled.weight", { ...base, data }),
        weight("turned.weight", transposed(base)),
      );
      if (base.rows !== base.columns) {
        expect(turned!.concentration).toEqual(plain!.concentration);
        expect(turned!.marchenkoPastur).toEqual(plain!.marchenkoPastur);
      } else {
        // W'W and WW' of a square matrix are two matrices: equal eigenvalues, up to the bound of each.
        const bound = plain!.spectrum!.relativeErrorBound!;
        expect(Math.abs(turned!.concentration!.ratio! / plain!.concentration!.ratio! - 1)).toBeLessThan(
          2 * bound,
        );
        expect(turned!.marchenkoPastur!.spikes.length).toBe(plain!.marchenkoPastur!.spikes.length);
        expect(turned!.marchenkoPastur!.pValue).toBeCloseTo(plain!.marchenkoPastur!.pValue!, 10);
      }
      expect(turned!.verdict).toBe(plain!.verdict);
      expect(scaled!.verdict).toBe(plain!.verdict);
      const spikes = (layer: LayerResult) => layer.marchenkoPastur!.spikes;
      expect(spikes(scaled!).length).toBe(spikes(plain!).length);
      // 0.1 rounds each entry by 6e-8: D moves by as much at most, and p by its slope, under 10 M.
      expect(scaled!.marchenkoPastur!.pValue).toBeCloseTo(plain!.marchenkoPastur!.pValue!, 4);
      for (const id of [
        "concentration.ratio",
        "concentration.majorityRatio",
        "metrics.stableRank",
        "metrics.entropy",
      ]) {
        // 0.1 is no power of two: entries are rounded again, to 2^-24 of each; the smallest singular value of a
        // square matrix feels that most, as much as sqrt(N) times the rounding of one entry.
        const tolerance = 1e-4;
        expect(Math.abs(metricValue(scaled!, id)! / metricValue(plain!, id)! - 1), id).toBeLessThan(
          tolerance,
        );
      }
    }
  });

  test("says what it left out: biases, integers, names that were not asked for", async () => {
    const noise = gaussian(30, 40, 1, "rows");
    const result = await analyze(
      model(
        weight("h.0.mlp.c_fc.weight", noise),
        tensorOf("h.0.mlp.c_fc.bias", [40], new Float32Array(40)),
        weight("h.1.mlp.c_fc.weight", noise),
      ),
      { include: ["h.0.*"] },
    );
    const { layers, totals } = result.checkpoints[0]!;
    expect(layers.map(({ reason }) => reason)).toEqual([null, "not-a-matrix", "excluded"]);
    expect(totals).toEqual({
      tensors: 3,
      parameters: 2440,
      parametersAnalysed: 1200,
      layersAnalysed: 1,
      layersSkipped: 2,
    });
  });

  test("throws when nothing is left to analyse, with the nearest names", async () => {
    const bias = tensorOf("fc1.bias", [4], new Float32Array(4).fill(1));
    await expect(analyze(model(bias))).rejects.toThrow(NothingToAnalyzeError);
    await expect(analyze(model())).rejects.toThrow(/no tensor/);
    await expect(
      analyze(model(weight("fc1.weight", gaussian(9, 9, 1, "x"))), { include: ["fc1.wieght"] }),
    ).rejects.toThrow(/fc1\.weight/);
    await expect(analyze([])).rejects.toThrow(UsageError);
    await expect(analyze(model(bias), { workers: 0 })).rejects.toThrow(UsageError);
  });

  test("gives what its schema says, with each layer told when it is done, the costliest first", async () => {
    const told: string[] = [];
    const result = await analyze(
      model(weight("a.weight", gaussian(30, 20, 1, 1)), weight("b.weight", gaussian(40, 20, 1, 2))),
      {
        spectra: "all",
        onProgress: ({ result: layer, cost }) => told.push(`${layer.layer} ${cost.done <= cost.total}`),
      },
    );
    expect(told).toEqual(["b.weight true", "a.weight true"]);
    const parsed: AnalysisResult = analysisResultSchema.parse(JSON.parse(JSON.stringify(result)));
    expect(parsed).toEqual(result);
    const { spectrum } = result.checkpoints[0]!.layers[0]!;
    expect(spectrum!.singularValues!.length).toBe(20);
    expect(spectrum!.quantiles.length).toBe(257);
    expect(spectrum!.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(spectrum!.histogram.edges.length).toBe(spectrum!.histogram.counts.length + 1);
  });

  test("takes a browser's file as it takes a path", async () => {
    const { rows, columns, data } = gaussian(30, 20, 1, "file");
    const bytes = encodeSafetensors([
      { name: "fc.weight", shape: [rows, columns], data: Float32Array.from(data) },
    ]);
    const result = await analyze(new File([bytes as Uint8Array<ArrayBuffer>], "model.safetensors"));
    expect(result.checkpoints[0]!.format).toBe("safetensors");
    expect(result.checkpoints[0]!.layers[0]!.tensor).toBe("fc.weight");
    expect(result.provenance.files).toEqual([{ path: "model.safetensors", sizeBytes: 4 * rows * columns }]);
  });

  test("stops when aborted", async () => {
    const controller = new AbortController();
    const run = analyze(
      model(weight("a.weight", gaussian(30, 20, 1, 1)), weight("b.weight", gaussian(40, 20, 1, 2))),
      { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) },
    );
    await expect(run).rejects.toThrow("enough");
  });
});

test("what is known of a checkpoint is taken as it is, and its tensors are not read; what is not wanted is left out", async () => {
  const stream = randomStream(5, ["known"]);
  const matrix = () => Float32Array.from({ length: 40 * 30 }, () => stream.normal());
  const tensors = [tensorOf("fc1.weight", [40, 30], matrix()), tensorOf("fc2.weight", [30, 40], matrix())];
  const sources = ["a", "b"].map((id) => ({ id, tensors: () => tensors }));
  const whole = await analyze(sources);
  const told: string[] = [];
  const again = await analyze(sources, {
    known: ({ id }) => whole.checkpoints.find((each) => each.id === id && id === "a") ?? null,
    onProgress: ({ checkpoint, result }) => told.push(`${checkpoint} ${result.layer}`),
  });
  expect(again).toEqual(whole);
  expect(told.sort()).toEqual(["b fc1.weight", "b fc2.weight"]);
  const one = await analyze(sources, { isWanted: ({ id }) => id === "b" });
  expect(one.checkpoints).toEqual(whole.checkpoints.slice(1));
});
