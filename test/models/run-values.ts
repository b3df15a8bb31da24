import { layOut } from "../../src/autodiff/program.ts";
import { sizeOf } from "../../src/autodiff/shape.ts";
import type { Value } from "../../src/autodiff/value.ts";
import type { Feed } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { randomStream } from "../../src/linalg/random.ts";
import type { Traced } from "../../src/models/model.ts";

export type Entries = ReadonlyMap<string, ArrayLike<number>>;

/** Computes values of a graph once, in float64; of a feed's entries those that it has inputs for are used. */
export async function runValues<Name extends string>(
  outputs: Readonly<Record<Name, Value>>,
  entries: Entries,
  feed: Feed = {},
): Promise<Record<Name, Float64Array>> {
  const backend = referenceBackend();
  const { parameters, inputs } = layOut({ outputs });
  const state = new Map(
    Array.from(parameters, ([name, { shape }]) => {
      const tensor = backend.alloc(shape);
      backend.write(tensor, entries.get(name)!);
      return [name, tensor];
    }),
  );
  const plan = await backend.compile({ outputs }, state);
  const own = Object.fromEntries(Object.entries(feed).filter(([name]) => inputs.has(name)));
  return (await plan.run(own)) as Record<Name, Float64Array>;
}

/** First entries of all parameters of a model; those that start at zero or one are moved off it. */
export function drawEntries({ parameters }: Traced, seed: number): Map<string, Float64Array> {
  return new Map(
    Array.from(parameters, ([name, { spec }]) => {
      const draws = randomStream(seed, ["entries", name]);
      const first = Float64Array.from(spec.initial(draws, spec.shape));
      return [name, first.map((each) => each + 0.1 * draws.normal())];
    }),
  );
}

/** Standard normal entries for a model's draws, and its scheduled numbers at a step. */
export function drawFeed(
  { draws, scheduled }: Traced,
  seed: number,
  step: number,
): Record<string, Float64Array> {
  return Object.fromEntries([
    ...draws.map(({ name, shape }) => {
      const { normal } = randomStream(seed, ["draws", name]);
      return [name, new Float64Array(sizeOf(shape)).map(() => normal())] as const;
    }),
    ...scheduled.map(({ name, at }) => [name, Float64Array.of(at(step))] as const),
  ]);
}

/** Root of the sum of squares. */
export function norm(x: ArrayLike<number>): number {
  return Math.sqrt(Array.from(x).reduce((total, each) => total + each * each, 0));
}

/** Norm of the difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return norm(Array.from(a, (each, i) => each - b[i]!));
}
