import type { ContractionPlan } from "../../kernels/contraction.ts";
import type { Operand } from "./kernel.ts";
import type { Node } from "./node.ts";
import { type PlannedUpdates, placesOf } from "./updates-in-place.ts";

/** An array of a plan: a node's entries, or an area that a node's calls work in. */
export interface Area {
  readonly count: number;
  /** The last step that reads it; infinite where it is needed after all steps. */
  last: number;
}

/** A kernel of a plan, and what it works on. */
export interface Step {
  readonly label: string;
  readonly reads: readonly Area[];
  readonly writes: Area;
  readonly work: KernelWork | ProductWork;
}

interface KernelWork {
  readonly source: string;
  readonly count: number;
  /** Place of the operand that the result takes the place of, or null. */
  readonly replaced: number | null;
}

interface ProductWork {
  readonly product: ContractionPlan;
}

/** A program as kernels in order, with the areas that they work in. */
export interface Steps {
  readonly steps: readonly Step[];
  areaOf(node: Node): Area;
}

/** Lists the kernels of planned nodes. */
export function stepsOf({ order, outputs, taken, copies }: PlannedUpdates): Steps {
  const areas = new Map<Node, Area>();
  const areaOf = (node: Node): Area => {
    let area = areas.get(node);
    if (!area) {
      const parameter = taken.get(node);
      area = parameter ? areaOf(parameter) : { count: node.count, last: -1 };
      areas.set(node, area);
    }
    return area;
  };
  const steps: Step[] = [];
  const push = (step: Step): void => {
    for (const each of [...step.reads, step.writes]) each.last = Math.max(each.last, steps.length);
    steps.push(step);
  };
  for (const node of order) {
    const { lowered, value, inputs } = node;
    if (!lowered) continue;
    const label = value.op.name;
    if ("product" in lowered) {
      const { leftIs } = lowered.product;
      const [a, b] = inputs.map(areaOf) as [Area, Area];
      const reads = leftIs === "a" ? [a, b] : [b, a];
      push({ label, reads, writes: areaOf(node), work: { product: lowered.product } });
      continue;
    }
    const scratch = new Map<number, Area>();
    const areaAt = (operand: Operand): Area =>
      "input" in operand ? areaOf(inputs[operand.input]!) : scratch.get(operand.scratch)!;
    const parameter = taken.get(node);
    const replaced = parameter ? placesOf(node, parameter) : null;
    for (const { source, operands, count, scratch: place } of lowered.calls) {
      const reads = operands.map(areaAt);
      let writes = areaOf(node);
      if (place !== undefined) {
        writes = { count, last: -1 };
        scratch.set(place, writes);
      }
      push({ label, reads, writes, work: { source, count, replaced } });
    }
  }
  for (const node of [...outputs.values(), ...copies.map(({ from }) => from)]) {
    areaOf(node).last = Number.POSITIVE_INFINITY;
  }
  return { steps, areaOf };
}
