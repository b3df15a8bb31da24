import type { Shape } from "../autodiff/shape.ts";
import type { Backend, Tensor } from "../backends/backend.ts";
import { encodeEntries } from "../checkpoint/encode.ts";
import type { StreamedTensor } from "../checkpoint/safetensors-writer.ts";
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

/** An array whose entries are read when they are asked for: saving holds one at a time. */
export interface ReadableEntries extends Omit<NamedEntries, "data"> {
  read(): Promise<Float32Array | Float64Array>;
}

/** Arrays of a run, to be read before the next step. @param names - all by default. */
export function arraysOf(
  backend: Backend,
  state: RunState,
  names: Iterable<string> = state.keys(),
): ReadableEntries[] {
  return Array.from(names, (name) => {
    const tensor = state.get(name)!;
    return { name, shape: tensor.shape, read: () => backend.read(tensor) };
  });
}

/** The weights of a model as its checkpoint has them: low-rank terms are merged into their matrices. */
export function weightsOf(backend: Backend, state: RunState, traced: Traced): ReadableEntries[] {
  const all = arraysOf(backend, state, traced.parameters.keys());
  const byName = new Map(all.map((each) => [each.name, each]));
  const factors = new Set(traced.adapters.flatMap(({ a, b }) => [a, b]));
  const adapters = new Map(traced.adapters.map((each) => [each.weight, each]));
  return all
    .filter(({ name }) => !factors.has(name))
    .map((each) => {
      const adapter = adapters.get(each.name);
      if (!adapter) return each;
      const { scale, layout } = adapter;
      const [a, b] = [byName.get(adapter.a)!, byName.get(adapter.b)!];
      const read = async () =>
        mergeLowRank(await each.read(), await a.read(), await b.read(), { rank: a.shape[0]!, scale, layout });
      return { ...each, read };
    });
}

/** All entries at once. */
export async function readAll(arrays: readonly ReadableEntries[]): Promise<NamedEntries[]> {
  const entries: NamedEntries[] = [];
  for (const { name, shape, read } of arrays) entries.push({ name, shape, data: await read() });
  return entries;
}

/** An array as a safetensors file takes it. */
export function streamed({ name, shape, read }: ReadableEntries, dtype: "F32" | "F64"): StreamedTensor {
  return {
    name,
    shape,
    dtype,
    async *bytes() {
      yield encodeEntries(await read(), dtype);
    },
  };
}

/** The same as tensors that an analysis takes. */
export function asTensors(entries: readonly NamedEntries[]): NamedTensor[] {
  return entries.map(({ name, shape, data }) => tensorOf(name, shape, data));
}
