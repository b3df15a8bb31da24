import type { Shape } from "../autodiff/shape.ts";
import type { Backend, Tensor } from "../backends/backend.ts";
import { type Tensor as NamedTensor, tensorOf } from "../checkpoint/tensor.ts";
import type { Traced } from "../models/model.ts";
import { mergeLowRank } from "../sparsity/lora.ts";

/** The arrays that a run keeps: parameters, and what the optimiser has of each. */
export type RunState = ReadonlyMap<string, Tensor>;

/** Entries of an array, by name. */
export interface NamedEntries {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
}

/**
 * Reads a run's arrays, all at one step.
 *
 * @param names - all by default.
 */
export async function readState(
  backend: Backend,
  state: RunState,
  names: Iterable<string> = state.keys(),
): Promise<NamedEntries[]> {
  const entries: NamedEntries[] = [];
  for (const name of names) {
    const tensor = state.get(name)!;
    entries.push({ name, shape: tensor.shape, data: await backend.read(tensor) });
  }
  return entries;
}

/** The weights of a model as its checkpoint has them: low-rank terms are merged into their matrices. */
export async function weightsOf(backend: Backend, state: RunState, traced: Traced): Promise<NamedEntries[]> {
  const all = await readState(backend, state, traced.parameters.keys());
  const byName = new Map(all.map((each) => [each.name, each]));
  const factors = new Set(traced.adapters.flatMap(({ a, b }) => [a, b]));
  const merged = new Map(
    traced.adapters.map(({ weight, a, b, scale, layout }) => {
      const first = byName.get(a)!;
      const rank = first.shape[0]!;
      const data = mergeLowRank(byName.get(weight)!.data, first.data, byName.get(b)!.data, {
        rank,
        scale,
        layout,
      });
      return [weight, data] as const;
    }),
  );
  return all
    .filter(({ name }) => !factors.has(name))
    .map((each) => ({ ...each, data: merged.get(each.name) ?? each.data }));
}

/** The same as tensors that an analysis takes. */
export function asTensors(entries: readonly NamedEntries[]): NamedTensor[] {
  return entries.map(({ name, shape, data }) => tensorOf(name, shape, data));
}
