import type { Tensor } from "../checkpoint/tensor.ts";
import { entryCount } from "../checkpoint/tensor.ts";
import type { Matrix } from "../linalg/matrix.ts";

/** How a tensor is read as matrices: `parts` of them one after another, each `rows` x `columns`. */
export interface Matricization {
  /** Whether it is a matrix as it is, several of them, or a kernel whose axes are merged. */
  readonly reading: "matrix" | "stack" | "kernel";
  readonly parts: number;
  readonly rows: number;
  readonly columns: number;
}

/** What the name says about a tensor's axes. */
export interface AxisHints {
  /** Whether it holds all experts of a mixture, along the first axis. */
  readonly isExpertStack: boolean;
  /** Whether it is the kernel of a convolution. */
  readonly isConv: boolean;
  /** Whether outputs are the last axis (Keras, Flax) rather than the first (PyTorch, ONNX). */
  readonly outputsLast: boolean;
  /** How many leading axes make the rows (negative: all but so many), when a naming table tells. */
  readonly rowAxes: number | null;
}

/** The longest kernel that a three-axis tensor without a telling name is believed to have. */
const LONGEST_KERNEL = 64;

/**
 * Decides how a tensor of two to five axes is read as one matrix or several.
 *
 * Every reading is a reshape: entries stay in place, so that a part is a contiguous range.
 * Outputs-first kernels become out x (in * k...), outputs-last ones (k... * in) x out. Three axes
 * that the name explains neither as a convolution nor as experts are a convolution when the last
 * extent is at most 64 or the middle one is 1, and a stack of matrices otherwise.
 *
 * @param shape - extents, all positive.
 * @param hints - what the name says.
 * @returns the reading, or null for fewer than two or more than five axes.
 */
export function matricize(shape: readonly number[], hints: AxisHints): Matricization | null {
  if (shape.length < 2 || shape.length > 5) return null;
  if (shape.length === 3 && isStack(shape, hints)) {
    return { reading: "stack", parts: shape[0]!, rows: shape[1]!, columns: shape[2]! };
  }
  if (shape.length === 2) return { reading: "matrix", parts: 1, rows: shape[0]!, columns: shape[1]! };
  const rowAxes = hints.rowAxes ?? (hints.outputsLast ? -1 : 1);
  const rows = entryCount(shape.slice(0, rowAxes));
  return { reading: "kernel", parts: 1, rows, columns: entryCount(shape.slice(rowAxes)) };
}

function isStack(shape: readonly number[], hints: AxisHints): boolean {
  if (hints.isExpertStack) return true;
  if (hints.isConv || hints.outputsLast || hints.rowAxes !== null) return false;
  return shape[1]! > 1 && shape[2]! > LONGEST_KERNEL;
}

/**
 * Reads one matrix of a tensor, and nothing else of it.
 *
 * @param tensor - holds `parts * rows * columns` entries.
 * @param matricization - how it is read.
 * @param part - 0-based.
 * @param into - filled with the entries when given; else they get an array of their own.
 * @returns the matrix, row-major.
 * @throws {CheckpointFormatError} If the file ends before the entries do.
 */
export async function readPart(
  tensor: Tensor,
  matricization: Matricization,
  part: number,
  into?: Float32Array | Float64Array,
): Promise<Matrix> {
  const { rows, columns } = matricization;
  const count = rows * columns;
  const start = part * count;
  if (!into) return { rows, columns, data: await tensor.read(start, start + count) };
  if (tensor.readInto) await tensor.readInto(into, start);
  else into.set(await tensor.read(start, start + count));
  return { rows, columns, data: into };
}

/** Reads whole rows of one matrix of a tensor into an array; null where its file can't be read in parts. */
export function rowReader(
  tensor: Tensor,
  { rows, columns }: Matricization,
  part: number,
): ((into: Float32Array | Float64Array, firstRow: number) => Promise<void>) | null {
  if (!tensor.readInto) return null;
  return (into, firstRow) => tensor.readInto!(into, (part * rows + firstRow) * columns);
}
