import { differentiate } from "../../../src/autodiff/differentiate.ts";
import { linear } from "../../../src/autodiff/ops/linear.ts";
import { layOut } from "../../../src/autodiff/program.ts";
import type { Backend, Feed } from "../../../src/backends/backend.ts";
import { referenceBackend } from "../../../src/backends/reference.ts";
import { totalLoss } from "../../../src/measure/example-losses.ts";
import type { MeasuredBatch, MeasuredPart } from "../../../src/measure/measured-part.ts";
import type { Traced } from "../../../src/models/model.ts";
import { createActivation } from "../../../src/sparsity/activations/catalogue.ts";
import { type SparsityInput, sparsityOptions } from "../../../src/sparsity/options.ts";
import { drawEntries, type Entries, runValues } from "../../models/run-values.ts";
import type { TinyModel } from "../../models/tiny-models.ts";

/** Weights and batches of a part that is made by hand. */
export interface PartContents {
  readonly entries: Entries;
  readonly batches: readonly MeasuredBatch[];
  readonly batchSize: number;
  readonly activation?: string;
}

/** A model with the given weights and batches. */
export function partOf(
  traced: Traced,
  { entries, batches, batchSize, activation = "relu" }: PartContents,
  backend: Backend = referenceBackend(),
): MeasuredPart {
  const state = new Map(
    Array.from(traced.parameters, ([name, { spec }]) => {
      const tensor = backend.alloc(spec.shape);
      backend.write(tensor, entries.get(name)!);
      return [name, tensor];
    }),
  );
  const activityOf = () => createActivation(activation);
  const batch = async (place: number) => batches[place]!;
  return {
    part: "test",
    backend,
    state,
    traced,
    activityOf,
    disturbed() {
      throw new Error("curvature disturbs nothing");
    },
    batchSize,
    pixels: null,
    count: batches.length,
    batch,
    seed: 1,
  };
}

/** What a tiny part is made with. */
export interface TinyOptions {
  readonly sparsity?: SparsityInput;
  readonly labelSmoothing?: number;
  readonly batches?: number;
  readonly batchSize?: number;
  /** Examples of the last batch that count; all by default. */
  readonly lastExamples?: number;
  readonly backend?: Backend;
}

/** A tiny model with drawn weights of float32, and drawn batches. */
export function tinyPart(tiny: Pick<TinyModel, "model" | "sizes" | "feed">, options: TinyOptions = {}) {
  const { sparsity = {}, labelSmoothing = 0, batches: count = 1, batchSize = 2, backend } = options;
  const { lastExamples = batchSize } = options;
  const traced = tiny.model.trace(tiny.sizes, sparsityOptions.parse(sparsity), {
    batchSize,
    training: false,
    labelSmoothing,
  });
  const entries = new Map(
    Array.from(drawEntries(traced, 3), ([name, each]) => [name, Float64Array.from(each, Math.fround)]),
  );
  const batches = Array.from({ length: count }, (_, place) => {
    const feed = tiny.feed(traced, 4 + place);
    for (const [name, each] of Object.entries(feed)) feed[name] = Float64Array.from(each, Math.fround);
    const examples = place === count - 1 ? lastExamples : batchSize;
    const labels = feed.labels!;
    labels.fill(-100, (labels.length / batchSize) * examples);
    return { feed, examples };
  });
  return { part: partOf(traced, { entries, batches, batchSize }, backend), entries, batches };
}

/** The gradient of the mean loss of an example over all of some batches, in float64, parameters one after another. */
export async function gradientOf(
  { traced, batchSize }: MeasuredPart,
  entries: Entries,
  batches: readonly MeasuredBatch[],
): Promise<Float64Array> {
  const names = Array.from(traced.parameters.keys());
  const loss = linear(totalLoss(traced), 1 / batchSize);
  const gradients = differentiate(
    loss,
    names.map((name) => traced.parameters.get(name)!.value),
  );
  const outputs = Object.fromEntries(names.map((name, i) => [name, gradients[i]!]));
  const examples = batches.reduce((sum, each) => sum + each.examples, 0);
  let total: Float64Array | null = null;
  for (const { feed } of batches) {
    const read: Record<string, Float64Array> = await runValues(outputs, entries, needed(outputs, feed));
    const flat = Float64Array.from(names.flatMap((name) => Array.from(read[name]!)));
    total = (total ?? new Float64Array(flat.length)).map(
      (each, i) => each + (flat[i]! * batchSize) / examples,
    );
  }
  return total!;
}

function needed(outputs: Parameters<typeof layOut>[0]["outputs"], feed: Feed): Feed {
  const { inputs } = layOut({ outputs });
  return Object.fromEntries(Object.entries(feed).filter(([name]) => inputs.has(name)));
}

/** Weights moved along a direction over all parameters, one after another. */
export function movedBy(entries: Entries, direction: Float64Array, step: number): Map<string, Float64Array> {
  let start = 0;
  return new Map(
    Array.from(entries, ([name, own]) => {
      const from = start;
      start += own.length;
      return [name, Float64Array.from(own, (each, i) => each + step * direction[from + i]!)];
    }),
  );
}

/** H v by differences of gradients, of order 4. */
export async function productByDifferences(
  part: MeasuredPart,
  entries: Entries,
  batches: readonly MeasuredBatch[],
  v: Float64Array,
  step: number,
): Promise<Float64Array> {
  const at = (times: number) => gradientOf(part, movedBy(entries, v, times * step), batches);
  const [far, near, before, behind] = [await at(2), await at(1), await at(-1), await at(-2)];
  return v.map((_, i) => (8 * (near[i]! - before[i]!) - (far[i]! - behind[i]!)) / (12 * step));
}

/** The whole Hessian by differences, row by row, made symmetric. */
export async function hessianByDifferences(
  part: MeasuredPart,
  entries: Entries,
  batches: readonly MeasuredBatch[],
): Promise<{ readonly hessian: Float64Array; readonly n: number }> {
  const n = Array.from(entries.values()).reduce((sum, each) => sum + each.length, 0);
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const unit = new Float64Array(n);
    unit[i] = 1;
    rows.set(await productByDifferences(part, entries, batches, unit, 1e-4), i * n);
  }
  const hessian = rows.map((each, at) => (each + rows[(at % n) * n + Math.floor(at / n)]!) / 2);
  return { hessian, n };
}
