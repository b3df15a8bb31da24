import type { Fault } from "../pickle/pickle-values.ts";
import { coordinates, type Scatter } from "../scattered-tensor.ts";
import type { SparseParts, TorchTensor } from "./torch-values.ts";

type Layout = (parts: readonly TorchTensor[], shape: readonly number[], fault: Fault) => SparseParts | null;

/**
 * Torch's sparse layouts by their names: each says where stored values belong, or null where it is not read (stacks
 * of compressed matrices).
 *
 * @source PyTorch documentation, torch.sparse; torch/_tensor.py, Tensor._reduce_ex_internal.
 */
export const sparseLayouts: ReadonlyMap<string, Layout> = new Map<string, Layout>([
  ["sparse_coo", coordinateList],
  ["sparse_csr", (parts, shape, fault) => compressed(parts, shape, fault, 0)],
  ["sparse_bsr", (parts, shape, fault) => compressed(parts, shape, fault, 0)],
  ["sparse_csc", (parts, shape, fault) => compressed(parts, shape, fault, 1)],
  ["sparse_bsc", (parts, shape, fault) => compressed(parts, shape, fault, 1)],
]);

/** Indices [axes, count] and values [count, ...the other axes]. */
function coordinateList(parts: readonly TorchTensor[], shape: readonly number[], fault: Fault): SparseParts {
  const [indices, values] = parts;
  const [axes = 0, count = 0] = indices?.shape ?? [];
  const expected = [count, ...shape.slice(axes)];
  if (indices?.shape.length !== 2 || axes > shape.length || !sameShape(values, expected)) {
    throw fault(`indices and values of a sparse tensor [${shape}]`, shapesOf(parts));
  }
  const scatter = coordinates(shape, axes, count, (numbers, block, axis) => numbers[axis * count + block]!);
  return { values: values!, indices: [indices], scatter };
}

/**
 * Where each row's (or column's) blocks start and end, which column (row) each is in, and the blocks: of one entry,
 * or matrices.
 */
function compressed(
  parts: readonly TorchTensor[],
  shape: readonly number[],
  fault: Fault,
  axis: 0 | 1,
): SparseParts | null {
  const [starts, others, values] = parts;
  if (shape.length !== 2) return null;
  const count = others?.shape[0] ?? 0;
  const block = values?.shape.length === 3 ? values.shape.slice(1) : [1, 1];
  const lines = shape[axis]! / block[axis]!;
  const isWhole = shape.every((extent, i) => Number.isInteger(extent / block[i]!));
  const fits = sameShape(starts, [lines + 1]) && sameShape(others, [count]) && values?.shape[0] === count;
  if (!fits || !isWhole || (values.shape.length !== 1 && values.shape.length !== 3)) {
    throw fault(`places and values of a sparse tensor [${shape}]`, shapesOf(parts));
  }
  const [height, width] = block as [number, number];
  const columns = shape[1]!;
  const scatter: Scatter = ([from, other], add) => {
    let k = 0;
    for (let line = 0; line < lines; line++) {
      // A line starts where the one before it ended: else a few bytes would ask for endless work.
      if (from![line] !== k) add(Number.NaN, k);
      for (const end = Math.min(from![line + 1]!, count); k < end; k++) {
        const [row, column] = axis === 0 ? [line, other![k]!] : [other![k]!, line];
        // A place beside the matrix would be one of another row.
        const first = column >= 0 && (column + 1) * width <= columns ? row * height * columns : Number.NaN;
        for (let i = 0; i < height * width; i++) {
          const [down, right] = [Math.floor(i / width), i % width];
          add(first + down * columns + column * width + right, k * height * width + i);
        }
      }
    }
  };
  return { values: values!, indices: [starts!, others!], scatter };
}

function sameShape(tensor: TorchTensor | undefined, shape: readonly number[]): boolean {
  return tensor !== undefined && String(tensor.shape) === String(shape);
}

function shapesOf(parts: readonly TorchTensor[]): string {
  return parts.map(({ shape }) => `[${shape}]`).join(", ") || "none";
}
