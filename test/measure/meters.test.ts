import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import type { Backend, Feed } from "../../src/backends/backend.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { measuredValue } from "../../src/measure/average.ts";
import { totalLoss } from "../../src/measure/example-losses.ts";
import { type MeasuredPart, partPlan } from "../../src/measure/measured-part.ts";
import { blockValues } from "../../src/measure/meters/block-values.ts";
import { meters } from "../../src/measure/meters/catalogue.ts";
import type { Meter } from "../../src/measure/meters/meter.ts";
import { runMeters } from "../../src/measure/meters/run-meters.ts";
import type { Activation, Interval } from "../../src/sparsity/activations/activation.ts";
import { activations, createActivation } from "../../src/sparsity/activations/catalogue.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { drawEntries } from "../models/run-values.ts";
import { tinyModels } from "../models/tiny-models.ts";
import { bruteForce, rawExamples } from "./brute-force.ts";
import { type TinyPartOptions, tinyPart } from "./tiny-part.ts";

const all: readonly Meter[] = meters;
const functions = ["relu", "jsrelu", "gelu"] as const;
const cases = tinyModels.flatMap((tiny) =>
  functions.map((activation) => ({ name: `${tiny.name}, ${activation}`, tiny, activation })),
);

const inside = (intervals: readonly Interval[]) => (x: number) =>
  intervals.some(([from, to]) => x >= from && x <= to);
const rulesOf = ({ oneSided, habitat }: Pick<Activation, "oneSided" | "habitat">) => ({
  isActive: (a: number) => (oneSided ? a > 0 : a !== 0),
  isFlat: inside(habitat.x),
  isFlatValue: inside(habitat.y),
});

/** Sums of some thousand terms in another order, times what ratios and cancelled differences make of their roundings. */
const ROUNDING = 1e5 * 2 ** -53;

/** Two batches of 3, the second with 2 examples. */
const uneven = (tiny: Parameters<typeof tinyPart>[0], options: TinyPartOptions = {}) =>
  tinyPart(tiny, { batchSize: 3, lastExamples: 2, labelSmoothing: 0.1, ...options });

/** Each example that counts, as a batch of its own. */
async function singleExamples(part: MeasuredPart): Promise<Feed[]> {
  const single: Feed[] = [];
  for (let place = 0; place < part.count; place++) {
    const { feed, examples } = await part.batch(place);
    for (let e = 0; e < examples; e++) {
      const own = Object.entries(feed).map(([name, entries]) => {
        const length = (entries as Float64Array).length / part.batchSize;
        return [name, (entries as Float64Array).slice(e * length, (e + 1) * length)] as const;
      });
      single.push(Object.fromEntries(own));
    }
  }
  return single;
}

describe.each(cases)("$name: meters", ({ tiny, activation }) => {
  const part = uneven(tiny, { sparsity: { activation } });

  it("are the formulas' values, from taps and gradients read as they are", async () => {
    const { layers, examples } = await runMeters(part, all);
    expect(examples).toBe(5);
    const drawn = drawEntries(part.traced, 1);
    for (const [i, { piece }] of layers.entries()) {
      const key = drawn.get(part.traced.blocks[i]!.key)!;
      const rules = rulesOf(createActivation(activation));
      const expected = bruteForce(await rawExamples(part, i), { ...rules, key });
      for (const { id, unit } of all.flatMap(({ quantities }) => quantities)) {
        const value = measuredValue(piece!, id);
        const want = expected[id]!;
        if (want === null) expect(value, id).toBeNull();
        else {
          const scale = unit === "1" ? 1 : Math.abs(want);
          expect(Math.abs(value! - want), id).toBeLessThanOrEqual(ROUNDING * scale);
        }
      }
    }
  });

  it("have gradients of each example's own loss: those of the example alone", async () => {
    const { layers } = await runMeters(part, all);
    const alone = tiny.model.trace(tiny.sizes, sparsityOptions.parse({ activation }), {
      batchSize: 1,
      training: false,
      labelSmoothing: 0.1,
    });
    for (const [i, { piece }] of layers.entries()) {
      const { tap } = alone.blocks[i]!;
      const names = ["preActivation", "activation"];
      const gradients = differentiate(
        totalLoss(alone),
        names.map((name) => alone.taps.get(`${tap}.${name}`)!),
      );
      const plan = await partPlan(
        { ...part, traced: alone },
        { outputs: { eta: gradients[0]!, g: gradients[1]! } },
      );
      const tokens = gradients[0]!.shape[1]!;
      const sums = { eta: 0, g: 0 };
      for (const own of await singleExamples(part)) {
        const read = await plan.run({ feed: own, examples: 1 });
        for (const name of ["eta", "g"] as const) {
          for (const each of read[name]!) sums[name] += each * each;
        }
      }
      for (const [id, sum] of [
        ["effectiveGradientSparsity.norm2", sums.eta],
        ["gradientSparsity.norm2", sums.g],
      ] as const) {
        const want = sum / (5 * tokens);
        expect(Math.abs(measuredValue(piece!, id)! - want), id).toBeLessThanOrEqual(1e-6 * want);
      }
    }
  });
});

describe("a meter", () => {
  const one = tinyModels.find(({ name }) => name.startsWith("vit"))!;

  it.each(all.map((meter) => [meter.id, meter] as const))("%s declares what it is", (id, meter) => {
    expect(id).toMatch(/^[a-z][a-zA-Z]+$/);
    for (const { title, symbol, unit, formula, meaning, source } of meter.quantities) {
      for (const text of [title, symbol, unit, formula, meaning, source]) expect(text).toMatch(/\S/);
      expect(meaning).toMatch(/\.$/);
    }
    expect(meter.quantities.length).toBeGreaterThan(0);
  });

  it.each(all.map((meter) => [meter.id, meter] as const))(
    "%s run alone gives what it gives among the others, as its schema has it",
    async (_, meter) => {
      const part = uneven(one);
      const [alone, among] = [await runMeters(part, [meter]), await runMeters(part, all)];
      for (const [i, { piece }] of alone.layers.entries()) {
        expect(z.strictObject(meter.shape).parse(piece)).toEqual(piece);
        expect(among.layers[i]!.piece).toMatchObject(piece!);
      }
    },
  );

  it("has every path once", () => {
    const ids = all.flatMap(({ quantities }) => quantities.map((each) => each.id));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

it("gradients for inputs leave out what passes around the block: they are K' eta", async () => {
  const mlp = tinyModels.find(({ name }) => name === "mlp, residual")!;
  const part = uneven({ ...mlp, sizes: { ...mlp.sizes, layerNorm: "none" } });
  const [block] = blockValues(part);
  const { gX, eta, key } = block!;
  const plan = await partPlan(part, { outputs: { gX, eta, key } });
  const read = await plan.run(await part.batch(0));
  const [n, d] = key.shape as [number, number];
  for (let row = 0; row < gX.shape[0]!; row++) {
    for (let k = 0; k < d; k++) {
      let want = 0;
      for (let j = 0; j < n; j++) want += read.eta![row * n + j]! * read.key![j * d + k]!;
      expect(Math.abs(read.gX![row * d + k]! - want)).toBeLessThanOrEqual(n * 2 ** -50);
    }
  }
});

/** The activation functions that need no options, and one of each kind that does. */
const specs = [
  ...activations.filter(({ options }) => options.safeParse({}).success).map(({ name }) => name),
  { name: "s-shaped", inner: "jsrelu", h: 0.5 },
  { name: "shift", inner: "relu", dx: 0.3, dy: -0.2 },
  { name: "srelu", h: 0.4 },
];

it.each(specs)("gamma of $name is the function's own derivative", async (spec) => {
  const tiny = tinyModels.find(({ name }) => name.startsWith("mlp, key-value"))!;
  const part = uneven(tiny, { sparsity: { activation: spec } });
  const [block] = blockValues(part);
  const { gamma, p } = block!;
  const plan = await partPlan(part, { outputs: { gamma, own: createActivation(spec).derivative(p) } });
  const { gamma: found, own } = await plan.run(await part.batch(0));
  expect(new Set(found).size).toBeGreaterThan(1);
  for (const [i, each] of own!.entries())
    expect(Math.abs(found![i]! - each)).toBeLessThanOrEqual(8 * 2 ** -53);
});

describe("the identity of augmented flatness", () => {
  const plain = tinyModels.filter(({ name }) => !name.includes("gated"));
  it.each(tinyModels)("$name: AF_K / (T n C0) is the activated ratio for ReLU", async (tiny) => {
    const { layers } = await runMeters(uneven(tiny), all);
    for (const { piece } of layers) {
      expect(Math.abs(measuredValue(piece!, "augmentedFlatness.identityDifference")!)).toBeLessThan(1e-12);
      expect(measuredValue(piece!, "augmentedFlatness.activeSquaredDerivative")).toBeCloseTo(1, 12);
    }
  });

  it.each(tinyModels)("$name: no less than it for JSReLU, whose derivative is 1 at least", async (tiny) => {
    const { layers } = await runMeters(uneven(tiny, { sparsity: { activation: "jsrelu" } }), all);
    for (const { piece } of layers) {
      const [ratio, active] = ["augmentedFlatness.identityRatio", "activatedRatio"].map(
        (id) => measuredValue(piece!, id)!,
      );
      expect(ratio).toBeGreaterThan(active!);
      const gamma2 = measuredValue(piece!, "augmentedFlatness.activeSquaredDerivative")!;
      expect(Math.abs(ratio! - active! * gamma2)).toBeLessThan(1e-12);
    }
  });

  it("for one token AF_K is the squared gradient of an example for K", async () => {
    for (const tiny of plain.filter(({ name }) => name.startsWith("mlp"))) {
      const part = uneven(tiny);
      const { layers } = await runMeters(part, all);
      const alone = tiny.model.trace(tiny.sizes, sparsityOptions.parse({}), {
        batchSize: 1,
        training: false,
        labelSmoothing: 0.1,
      });
      for (const [i, { piece }] of layers.entries()) {
        const key = alone.parameters.get(alone.blocks[i]!.key)!.value;
        const [gradient] = differentiate(totalLoss(alone), [key]);
        const plan = await partPlan({ ...part, traced: alone }, { outputs: { gradient: gradient! } });
        let sum = 0;
        for (const own of await singleExamples(part)) {
          for (const each of (await plan.run({ feed: own, examples: 1 })).gradient!) sum += each * each;
        }
        const want = sum / 5;
        const value = measuredValue(piece!, "augmentedFlatness.key")!;
        expect(Math.abs(value - want)).toBeLessThanOrEqual(1e-12 * want);
      }
    }
  });
});

describe("on the WebAssembly backend", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await wasmBackend({ threads: 1 });
  });
  afterAll(() => backend.dispose());

  /** Roundings of float32 through the deepest of the models, in squares; as in models/backends.test.ts. */
  const TOLERANCE = 1e-4;

  it.each(cases)("$name: numbers are the reference's", async ({ tiny, activation }) => {
    const [here, there] = await Promise.all(
      [uneven(tiny, { sparsity: { activation }, backend }), uneven(tiny, { sparsity: { activation } })].map(
        (part) => runMeters(part, all),
      ),
    );
    for (const [i, { piece }] of here!.layers.entries()) {
      for (const { id, unit } of all.flatMap(({ quantities }) => quantities)) {
        const [value, want] = [piece!, there!.layers[i]!.piece!].map((each) => measuredValue(each, id));
        if (want === null) expect(value, id).toBeNull();
        else {
          const scale = unit === "1" ? 1 : Math.abs(want!);
          expect(Math.abs(value! - want!), id).toBeLessThanOrEqual(TOLERANCE * scale);
        }
      }
    }
  });
});
