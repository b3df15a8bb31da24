import { entryCount } from "../checkpoint/tensor.ts";

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
