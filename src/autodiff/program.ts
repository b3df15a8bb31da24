import { inputOp, parameterOp } from "./leaves.ts";
import { sameShape, shapeText } from "./shape.ts";
import type { Value } from "./value.ts";

/** What one run of a plan computes: arrays to be read, and arrays that take new entries. */
export interface Program {
  readonly outputs: Readonly<Record<string, Value>>;
  /** All take their new entries together, after everything is computed from the old ones. */
  readonly updates?: readonly Update[];
}

/** A parameter and its next entries. */
export interface Update {
  readonly parameter: Value;
  readonly value: Value;
}

/**
 * All values that some depend on, each after its inputs; the same for the same graph.
 *
 * @param ends - values beyond which it isn't followed.
 */
export function orderOf(roots: readonly Value[], ends?: ReadonlySet<Value>): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  // Graphs are deeper than a call stack: an explicit one.
  for (const root of roots) {
    const stack: { value: Value; next: number }[] = [{ value: root, next: 0 }];
    if (seen.has(root)) continue;
    seen.add(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const child = ends?.has(top.value) ? undefined : top.value.inputs[top.next++];
      if (child === undefined) {
        order.push(top.value);
        stack.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        stack.push({ value: child, next: 0 });
      }
    }
  }
  return order;
}

/** A program's values in order, and its leaves by name. */
export interface ProgramLayout {
  readonly order: readonly Value[];
  readonly inputs: ReadonlyMap<string, Value>;
  readonly parameters: ReadonlyMap<string, Value>;
}

/**
 * Lays a program out.
 *
 * @throws {RangeError} If two leaves share a name but not a shape, or an update doesn't fit its parameter.
 */
export function layOut({ outputs, updates = [] }: Program): ProgramLayout {
  for (const { parameter, value } of updates) {
    if (parameter.op !== parameterOp || !sameShape(parameter.shape, value.shape)) {
      throw new RangeError(
        `an update of shape ${shapeText(value.shape)} doesn't fit ${parameter.op.name} ${shapeText(parameter.shape)}`,
      );
    }
  }
  const order = orderOf([
    ...Object.values(outputs),
    ...updates.flatMap((each) => [each.value, each.parameter]),
  ]);
  const named = (op: unknown): Map<string, Value> => {
    const found = new Map<string, Value>();
    for (const value of order.filter((each) => each.op === op)) {
      const { name } = value.attributes as { readonly name: string };
      const known = found.get(name);
      if (known && known !== value) throw new RangeError(`two leaves are named ${name}`);
      found.set(name, value);
    }
    return found;
  };
  return { order, inputs: named(inputOp), parameters: named(parameterOp) };
}
