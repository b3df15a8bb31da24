import { describe, expect, test } from "vitest";
import { comparisonResultSchema } from "../../src/comparison/result.ts";
import { experimentResultSchema } from "../../src/experiments/result.ts";
import { measurementQuantities } from "../../src/measure/groups.ts";
import { measurementResultSchema } from "../../src/measure/result.ts";
import { noiseResultSchema } from "../../src/noise/result.ts";
import { comparisonPage } from "../../src/report/comparison/comparison-page.ts";
import { experimentPage } from "../../src/report/experiment/experiment-page.ts";
import { drawnGroups } from "../../src/report/measurement/drawn-quantities.ts";
import { measurementPage } from "../../src/report/measurement/measurement-page.ts";
import { noisePage } from "../../src/report/noise/noise-page.ts";
import { exampleComparison } from "./example-comparison.ts";
import { exampleExperiment } from "./example-experiment.ts";
import { exampleMeasurement } from "./example-measurement.ts";
import { exampleNoise } from "./example-noise.ts";

const hostile = "</script><img src=x onerror=alert(1)>\"'\u2028\u202e&amp;";

/** A result with something appended to all its texts but those that its schema names, and to the names of open records. */
function withHostileTexts<T>(value: T, isFixed: (text: string) => boolean): T {
  const change = (each: unknown): unknown => {
    if (typeof each === "string") return isFixed(each) ? each : each + hostile;
    if (Array.isArray(each)) return each.map(change);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, item]) => [key, change(item)]));
  };
  return change(value) as T;
}

const cases = [
  {
    kind: "comparison",
    results: () => [exampleComparison(), exampleComparison("result")],
    page: comparisonPage as (result: never) => Promise<string>,
    schema: comparisonResultSchema,
    answer: "2 of 3 layers moved, by ",
    fixed: [
      "comparison",
      "marchenko",
      "checkpoint",
      "result",
      "analysed",
      "skipped",
      "shape",
      "moved",
      "unsure",
      "none",
      "identical",
      "unreliable",
      "unknown",
      "standard-error",
      "interval",
      "noise-range",
      "bound",
      "noise-like",
      "noise-with-spikes",
      "structured",
      "heavy-tailed",
      "rank-deficient",
      "undetermined",
      "power-law",
    ],
  },
  {
    kind: "measurement",
    results: () => [exampleMeasurement(), exampleMeasurement([0, 10, 100])],
    page: measurementPage as (result: never) => Promise<string>,
    schema: measurementResultSchema,
    answer: "% of the activations of MLP blocks are active on the test part",
    fixed: ["measurement", "marchenko", "test", "train"],
  },
  {
    kind: "noise",
    results: () => [exampleNoise(), exampleNoise([0, 10, 100])],
    page: noisePage as (result: never) => Promise<string>,
    schema: noiseResultSchema,
    answer: "compatible with Marchenko-Pastur on 2 of 2 layers",
    fixed: ["noise", "marchenko", "train", "out-in", "unequal-variances", "noise-like"],
  },
  {
    kind: "experiment",
    results: () => [exampleExperiment(), exampleExperiment([0])],
    page: experimentPage as (result: never) => Promise<string>,
    schema: experimentResultSchema,
    answer: "1 of 3 claims hold",
    fixed: [
      "experiment",
      "marchenko",
      "small",
      "linear",
      "log",
      "finished",
      "failed",
      "holds",
      "does not hold here",
      "undecided",
    ],
  },
] as const;

describe.each(cases)("the page of $kind", ({ results, page, schema, answer, fixed }) => {
  const render = page as (result: unknown) => Promise<string>;

  test("is of results as their schema has them", () => {
    for (const result of results()) expect(schema.safeParse(result).error?.issues ?? []).toEqual([]);
  });

  test("answers before any section", async () => {
    const text = await render(results()[0]);
    expect(text.indexOf(answer)).toBeGreaterThan(0);
    expect(text.indexOf(answer)).toBeLessThan(text.indexOf("<section"));
  });

  test("has the same bytes each time, whatever differed between equal runs", async () => {
    const other = results()[0]!;
    other.provenance.run = { host: "elsewhere" };
    const text = await render(results()[0]);
    expect((await render(other)) === text).toBe(true);
    expect(text.includes("secret-host")).toBe(false);
  });

  test("has nothing to load, a target for every link, no id twice, and no number that is none", async () => {
    for (const result of results()) {
      const text = await render(result);
      expect(/<(?:link|iframe|object|embed|base|img|image|use)\b|@import|url\(|\bsrc=/.test(text)).toBe(
        false,
      );
      const ids = [...text.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, target] of text.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
      expect(text.split("<script>")[0]).not.toMatch(/NaN|undefined|Infinity|\[object/);
    }
  });

  test("shows hostile texts as texts", async () => {
    const names = new Set<string>(fixed);
    for (const result of results()) {
      const made = withHostileTexts(result, (text) => names.has(text));
      expect(schema.safeParse(made).error?.issues ?? []).toEqual([]);
      const text = await render(made);
      expect(text.includes("<img")).toBe(false);
      expect(text.match(/<\/script>/g)).toHaveLength(1);
      expect(/[\u2028\u202e]/u.test(text)).toBe(false);
    }
  });
});

test("numbers that the page of a measurement draws are in the catalogue", () => {
  const known = measurementQuantities.map(({ id }) => id);
  for (const { quantities } of drawnGroups) for (const { id } of quantities) expect(known).toContain(id);
});

describe("a measurement", () => {
  test("without layers, and one of which all is null, still has a page", async () => {
    const empty = { ...exampleMeasurement(), checkpoints: [] };
    expect(await measurementPage(empty)).toContain("No checkpoint was measured.");
    const nulls = exampleMeasurement([0, 10]);
    const keep = new Set([
      "depth",
      "tokens",
      "inputs",
      "neurons",
      "step",
      "examples",
      "count",
      "shape",
      "steps",
    ]);
    const blank = (value: unknown, key: string): unknown => {
      if (keep.has(key)) return value;
      if (typeof value === "number") return null;
      if (Array.isArray(value)) return value.map((each) => blank(each, key));
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, blank(each, name)]));
    };
    const checkpoints = nulls.checkpoints.map((checkpoint) => ({
      ...(blank(checkpoint, "") as typeof checkpoint),
      wholeModel: { hessian: null, robustness: null, fgsm: null, macs: null },
      layers: checkpoint.layers.map((layer) => ({
        ...(blank(layer, "") as typeof layer),
        hessian: null,
        robustness: null,
        macs: null,
        reasons: { activatedRatio: "no neuron of it" },
      })),
    }));
    const made = {
      ...nulls,
      checkpoints,
      trajectories: blank(nulls.trajectories, "") as typeof nulls.trajectories,
    };
    expect(measurementResultSchema.safeParse(made).error?.issues ?? []).toEqual([]);
    const page = await measurementPage(made);
    expect(page).toContain("How many activations are active was not measured");
    expect(page).toContain("no neuron of it");
    expect(page.split("<script>")[0]).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("an experiment", () => {
  test("says the command that gives it again, whatever was changed", async () => {
    const plain = exampleExperiment();
    expect(await experimentPage(plain)).toContain(">marchenko experiment scratch --out scratch</pre>");
    const { provenance } = plain;
    const configuration = { ...provenance.configuration, data: "mnist:/a b", set: ["steps=2", 'name="x"'] };
    const page = await experimentPage({ ...plain, provenance: { ...provenance, seed: 7, configuration } });
    expect(page.replaceAll("&#39;", "'").replaceAll("&quot;", '"')).toContain(
      `marchenko experiment scratch --data 'mnist:/a b' --seed 7 --set steps=2 --set 'name="x"' --out scratch`,
    );
  });

  test("has each verdict as mark and word, and the run that failed with its reason", async () => {
    const page = await experimentPage(exampleExperiment());
    for (const [mark, word] of [
      ["✓", "holds"],
      ["?", "undecided"],
      ["✗", "does not hold here"],
    ]) {
      expect(page).toContain(`aria-hidden="true">${mark}</span>${word}</span>`);
    }
    expect(page).toContain("the loss is not finite");
  });

  test("with one seed says why its verdicts are open", async () => {
    const page = await experimentPage(exampleExperiment([0]));
    expect(page).toContain("One seed gives no interval");
    expect(page).toContain("--quick --out scratch");
  });

  test("with recipes that no catalogue knows still has a page", async () => {
    const result = exampleExperiment();
    const strange = [
      null,
      7,
      { activation: "no-such" },
      { activation: { name: "shift" } },
      { activation: [] },
    ];
    for (const [i, run] of result.runs.entries()) run.recipe.sparsity = strange[i % strange.length];
    expect(await experimentPage(result)).not.toContain('id="functions"');
  });
});

test("pages of large results stay under 1.5 MB", async () => {
  const measurement = exampleMeasurement([0, 1, 2, 4, 8, 16, 32, 64, 128, 256]);
  for (const checkpoint of measurement.checkpoints) {
    const [layer] = checkpoint.layers;
    checkpoint.layers = Array.from({ length: 24 }, (_, i) => ({
      ...layer!,
      layer: `blocks.${i}.mlp.key.weight`,
      block: `blocks.${i}`,
      depth: i,
    }));
  }
  const [trajectory] = measurement.trajectories!;
  measurement.trajectories = ["train", "test"].flatMap((part) =>
    Array.from({ length: 24 }, (_, i) => ({
      ...trajectory!,
      part: part as "train" | "test",
      layer: `blocks.${i}.mlp.key.weight`,
    })),
  );
  expect(Buffer.byteLength(await measurementPage(measurement))).toBeLessThan(1_500_000);
  const noise = exampleNoise();
  const [layer] = noise.checkpoints[0]!.layers;
  noise.checkpoints[0]!.layers = Array.from({ length: 48 }, (_, i) => ({
    ...layer!,
    layer: `blocks.${i}`,
    depth: i,
  }));
  expect(Buffer.byteLength(await noisePage(noise))).toBeLessThan(1_500_000);
}, 60_000);
