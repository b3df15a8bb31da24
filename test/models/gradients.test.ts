import { afterAll, describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { constant } from "../../src/autodiff/leaves.ts";
import { detachOp } from "../../src/autodiff/ops/detach.ts";
import { orderOf } from "../../src/autodiff/program.ts";
import type { Value } from "../../src/autodiff/value.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { type SparsityInput, sparsityOptions } from "../../src/sparsity/options.ts";
import { drawEntries, drawFeed, type Entries, norm, runValues } from "./run-values.ts";
import { tinyModels } from "./tiny-models.ts";

/** Each module alone, and all together. */
const modules: Readonly<Record<string, SparsityInput>> = {
  none: {},
  jsrelu: { activation: { name: "jsrelu", clipAt: 0.3 } },
  gelu: { activation: "gelu" },
  "two-sided": {
    activation: { name: "shift", inner: { name: "s-shaped", inner: "jsrelu", h: 0.3 }, dx: 0.2, dy: -1 },
  },
  "zeroth bias at the input": { zerothBias: {} },
  "zeroth bias at the output": { zerothBias: { placement: "output" } },
  "restricted norms": { restrictedLayerNorm: true },
  "uplifted norms": { restrictedLayerNorm: { upliftSteps: 10 } },
  "tokenwise noise": { synapseNoise: {} },
  "shared noise on keys": { synapseNoise: { kind: "shared", matrices: "key" } },
  mixing: { activation: "jsrelu", mixing: { steps: 8 } },
  all: {
    activation: "jsrelu",
    zerothBias: {},
    restrictedLayerNorm: true,
    synapseNoise: {},
    mixing: { steps: 8 },
  },
};

/** A graph whose detached values are constants: what a gradient that doesn't flow through them is the slope of. */
async function pinDetached(
  root: Value,
  entries: Entries,
  feed: Record<string, Float64Array>,
): Promise<Value> {
  const order = orderOf([root]);
  const detached = order.filter((each) => each.op === detachOp);
  const known = await runValues(Object.fromEntries(detached.map((each, i) => [i, each])), entries, feed);
  const copies = new Map<Value, Value>();
  for (const value of order) {
    const place = detached.indexOf(value);
    const inputs = value.inputs.map((each) => copies.get(each)!);
    const same = inputs.every((each, i) => each === value.inputs[i]);
    const copy = same ? value : { ...value, inputs };
    copies.set(value, place >= 0 ? constant(known[place]!, value.shape) : copy);
  }
  return copies.get(root)!;
}

let compared = 0;
let kinks = 0;

describe.each(tinyModels)("$name", ({ model, sizes, feed: batch }) => {
  const extras = {
    lora: { lora: { rank: 2, alpha: 1 } },
    "mixup, smoothing": { mixup: true, labelSmoothing: 0.1 },
  };
  const variants = [
    ...Object.entries(modules).map(([name, sparsity]) => ({ name, sparsity, extra: {} })),
    ...Object.entries(extras).map(([name, extra]) => ({ name, sparsity: {}, extra })),
  ];

  it.each(variants)("has the gradients of its differences: $name", async ({ sparsity, extra }) => {
    const options = { batchSize: 2, training: true, labelSmoothing: 0, ...extra };
    const traced = model.trace(sizes, sparsityOptions.parse(sparsity), options);
    const entries = drawEntries(traced, 3);
    const feed = { ...batch(traced, 4), ...drawFeed(traced, 5, 3) };
    const parameters = Array.from(traced.parameters);
    const gradients = differentiate(
      traced.loss,
      parameters.map(([, { value }]) => value),
    );
    const computed = (await runValues(
      Object.fromEntries(parameters.map(([name], i) => [name, gradients[i]!])),
      entries,
      feed,
    )) as Record<string, Float64Array>;
    const whole = norm(parameters.map(([name]) => norm(computed[name]!)));
    expect(whole).toBeGreaterThan(0);

    const loss = await pinDetached(traced.loss, entries, feed);
    const signs = Array.from(traced.taps).filter(([name]) => name.endsWith("preActivation"));
    const step = 1e-6;
    for (const [name] of parameters) {
      const { normal } = randomStream(6, ["direction", name]);
      const direction = entries.get(name)!.map(() => normal());
      const length = norm(direction);
      const at = (side: number) => {
        const moved = entries.get(name)!.map((each, i) => each + (side * step * direction[i]!) / length);
        const values = { loss, ...Object.fromEntries(signs) };
        return runValues(values, new Map(entries).set(name, moved), feed) as Promise<
          Record<string, Float64Array>
        >;
      };
      const [after, before] = [await at(1), await at(-1)];
      // Breaks of the functions above: a pre-activation that passes one has no slope there.
      const crosses = (value: number, next: number) =>
        [-0.1, 0, 0.3, 0.5].some((at) => value < at !== next < at);
      compared++;
      if (signs.some(([tap]) => after[tap]!.some((value, i) => crosses(value, before[tap]![i]!)))) {
        kinks++;
        continue;
      }
      const slope = (after.loss![0]! - before.loss![0]!) / (2 * step);
      const along = computed[name]!.reduce((total, each, i) => total + each * direction[i]!, 0) / length;
      const scale = Math.max(norm(computed[name]!), 1e-3 * whole);
      expect(Math.abs(slope - along), name).toBeLessThan(1e-5 * scale);
    }
  });
});

afterAll(() => {
  // Differences over 2e-6 pass few breaks: more than a few percent would hide faults.
  expect(compared).toBeGreaterThan(1000);
  expect(kinks).toBeLessThan(0.03 * compared);
});
