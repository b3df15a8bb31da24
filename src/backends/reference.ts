import { constantOp, inputOp, parameterOp } from "../autodiff/leaves.ts";
import { layOut } from "../autodiff/program.ts";
import { type Shape, sizeOf } from "../autodiff/shape.ts";
import type { Value } from "../autodiff/value.ts";
import type { Backend, Feed, Plan, Tensor } from "./backend.ts";
import { entriesOf, requireState } from "./feed.ts";

interface Float64Tensor extends Tensor {
  readonly entries: Float64Array;
}

/** Runs programs in float64 by the ops' own definitions: slow, and the oracle for the others. */
export function referenceBackend(): Backend {
  return {
    name: "reference",
    alloc: (shape: Shape): Float64Tensor => ({ shape, entries: new Float64Array(sizeOf(shape)) }),
    free() {},
    write(tensor, entries) {
      const own = (tensor as Float64Tensor).entries;
      if (own.length !== entries.length) {
        throw new RangeError(`a tensor of ${own.length} entries can't take ${entries.length}`);
      }
      own.set(entries);
    },
    read: async (tensor) => (tensor as Float64Tensor).entries.slice(),
    compile: async (program, state): Promise<Plan> => {
      const { order, inputs, parameters } = layOut(program);
      requireState(parameters, state);
      const { outputs, updates = [] } = program;
      return {
        async run(feed, read = Object.keys(outputs)) {
          const results = new Map<Value, Float64Array>();
          for (const value of order) results.set(value, compute(value, results, feed, state));
          for (const { parameter, value } of updates) {
            const { name } = parameter.attributes as { readonly name: string };
            (state.get(name) as Float64Tensor).entries.set(results.get(value)!.slice());
          }
          for (const name of Object.keys(feed)) {
            if (!inputs.has(name)) throw new RangeError(`the program has no input ${name}`);
          }
          return Object.fromEntries(read.map((name) => [name, results.get(outputs[name]!)!.slice()]));
        },
        dispose() {},
      };
    },
    async dispose() {},
  };
}

function compute(
  value: Value,
  results: ReadonlyMap<Value, Float64Array>,
  feed: Feed,
  state: ReadonlyMap<string, Tensor>,
): Float64Array {
  if (value.op === inputOp) return Float64Array.from(entriesOf(value, feed));
  if (value.op === parameterOp) {
    const { name } = value.attributes as { readonly name: string };
    return (state.get(name) as Float64Tensor).entries.slice();
  }
  if (value.op === constantOp) return (value.attributes as { readonly data: Float64Array }).data;
  return value.op.evaluate(
    value.inputs.map((each) => results.get(each)!),
    value,
  );
}
