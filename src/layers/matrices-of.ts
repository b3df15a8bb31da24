import { entryCount } from "../checkpoint/tensor.ts";
import type { DescribedTensor } from "./described-tensor.ts";
import type { FusedMatrix, FusedSplit } from "./fused/fused-layout.ts";
import type { HeadCounts } from "./head-counts.ts";
import type { ConvolutionKernel, Layer } from "./layer.ts";
import { extentOf, sheet, type TensorPart, within } from "./tensor-part.ts";

/** What the rest of a checkpoint tells about a tensor that several matrices were joined in. */
export interface Checkpointed {
  /** By the tensors' names. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly heads: readonly HeadCounts[];
  readonly experts: number | null;
  /** Whether they are to stay one. */
  readonly keepFused: boolean;
}

/** One matrix of a tensor. */
export interface MatrixRow extends Pick<Layer, "role" | "orientation" | "shape"> {
  /** The tensor's name, with `[part]` where it holds several matrices. */
  readonly name: string;
  readonly matrixShape: readonly [number, number];
  readonly part: TensorPart;
}

/**
 * The matrices that a tensor holds: one, those of a stack, those that were joined in it, or those joined in each of
 * a stack.
 *
 * @param described - a tensor; of one that is skipped, the row is not to be read.
 * @param orientation - how its matrices map, by the name.
 */
export function matricesOf(
  described: DescribedTensor,
  orientation: Layer["orientation"],
  known: Checkpointed,
): MatrixRow[] {
  const { tensor, matricization, role } = described;
  const { name, shape } = tensor;
  const { parts = 1, rows = 1, columns = 1 } = matricization ?? {};
  const split = matricization && !known.keepFused ? splitOf(described, orientation, known) : null;
  return Array.from({ length: parts }, (_, i) => {
    const whole = sheet(i * rows * columns, rows, columns);
    const label = parts === 1 ? name : `${name}[${i}]`;
    if (!split) {
      const matrixShape = [rows, columns] as const;
      return [
        {
          name: label,
          role,
          orientation,
          shape: parts === 1 ? shape : matrixShape,
          matrixShape,
          part: whole,
        },
      ];
    }
    return split.parts.map((one): MatrixRow => {
      const part = within(whole, split.axis, one.bands);
      const matrixShape = [extentOf(part.rows), extentOf(part.columns)] as const;
      return {
        name: `${label}[${one.label}]`,
        role: one.role ?? role,
        orientation: split.orientation ?? orientation,
        shape: matrixShape,
        matrixShape,
        part,
      };
    });
  }).flat();
}

function splitOf(
  { tensor, fused: layout, matricization }: DescribedTensor,
  orientation: Layer["orientation"],
  { shapes, heads, experts }: Checkpointed,
): FusedSplit | null {
  // A kernel in space is joined only where it is 1 x 1: its columns are inputs then.
  const isPlain =
    tensor.shape.length === 2 || matricization!.parts > 1 || tensor.shape.slice(2).every((k) => k === 1);
  if (!layout || (!isPlain && matricization!.reading === "kernel")) return null;
  const { rows, columns } = matricization!;
  const sibling: FusedMatrix["sibling"] = (from, to) => {
    const other = tensor.name.replace(from, to);
    return other === tensor.name ? null : (shapes.get(other) ?? null);
  };
  return layout.split({ rows, columns, orientation, heads, experts, sibling });
}

/** The kernel's axes, where the tensor is the kernel of a convolution. */
export function convolutionOf({
  tensor,
  kind,
  path,
  declared,
  matricization,
}: DescribedTensor): ConvolutionKernel | null {
  const { shape } = tensor;
  if (kind !== "conv" || matricization?.reading !== "kernel" || entryCount(shape) === 0) return null;
  const outputsLast = declared?.spaceFirst ?? path.outputsLast;
  const [first, second] = outputsLast ? [shape.at(-1)!, shape.at(-2)!] : [shape[0]!, shape[1]!];
  const size = outputsLast ? shape.slice(0, -2) : shape.slice(2);
  return { outputs: first, inputs: second, size, outputsLast };
}
