import type { Tensor } from "../checkpoint/tensor.ts";

/** Names whose kernel has one filter a channel; `pointwise` is what comes after it. */
const DEPTHWISE = /(^|[._/])(depth_?wise(_?conv\w*)?|dw_?conv\d*|conv_?dw\d*|dw)($|[._/])/i;
const POINTWISE = /point_?wise|(^|[._])pw/i;
const TRANSPOSED = /transpose|deconv/i;
/** Of Keras and TensorFlow: the parameter's own name tells, [k..., channels, multiplier]. */
const DEPTHWISE_KERNEL = /(^|[./])(depthwise_kernel|depthwise_filter|depthwise_weights|depthwise)$/;

/**
 * The kernels of depthwise convolutions: a filter a channel, no matrix between channels.
 *
 * Told by their names, or, where these don't tell, by their shape [C, 1, k...] after a layer with C outputs, or if
 * several have it in a network of colour images: a kernel of that shape that comes first convolves a signal of one
 * channel, and is a matrix.
 *
 * @param tensors - of one checkpoint, in any order.
 * @param transposed - names of those that are transposed: [in, 1, k...] then has one output.
 * @returns names.
 */
export function depthwiseKernels(tensors: readonly Tensor[], transposed: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  if (
    !tensors.some((tensor) => isSingle(tensor) || DEPTHWISE_KERNEL.test(tensor.name.replace(/:\d+$/, "")))
  ) {
    return found;
  }
  let outputs: number | null = null;
  const isColoured = tensors.some(({ shape }) => shape.length === 4 && shape[1] === 3);
  const isCommon = isColoured && tensors.filter(isSingle).length > 1;
  const weights = tensors.filter(({ shape }) => shape.length >= 2 && shape.length <= 5);
  for (const tensor of inOrder(weights)) {
    const { name, shape, use } = tensor;
    const base = name.replace(/:\d+$/, "");
    const isTransposed = transposed.has(name) || TRANSPOSED.test(base);
    const isNamed = DEPTHWISE.test(base) && !POINTWISE.test(base);
    // What the format declares is known without its name.
    if (use?.axes) {
      outputs = shape[Math.max(0, use.axes.indexOf("out"))]!;
      continue;
    }
    if (DEPTHWISE_KERNEL.test(base) && shape.length >= 3) found.add(name);
    else if (isSingle(tensor) && !isTransposed && (isNamed || isCommon || shape[0] === outputs))
      found.add(name);
    outputs = shape[0]!;
  }
  return found;
}

/**
 * Kernels of transposed convolutions that only their biases tell: [in, out, k...] with out biases.
 *
 * @param tensors - of one checkpoint.
 * @returns names.
 */
export function transposedByBias(tensors: readonly Tensor[]): Set<string> {
  const biases = new Map<string, number>();
  for (const { name, shape } of tensors) {
    if (shape.length === 1 && name.endsWith(".bias")) biases.set(name.slice(0, -".bias".length), shape[0]!);
  }
  const found = new Set<string>();
  for (const { name, shape } of tensors) {
    if (shape.length < 3 || shape.length > 5 || !/\.weight(_v)?$/.test(name)) continue;
    const bias = biases.get(name.replace(/\.weight(_v)?$/, ""));
    if (bias !== undefined && bias === shape[1] && bias !== shape[0]) found.add(name);
  }
  return found;
}

/** [C, 1, k...]: a filter for each of C channels, or the filters of a signal of one channel. */
function isSingle({ shape }: Tensor): boolean {
  return shape.length >= 3 && shape[1] === 1 && shape[0]! > 1 && shape.slice(2).some((k) => k > 1);
}

/** By name, numbers as numbers: 2 comes before 10. */
function inOrder(tensors: readonly Tensor[]): Tensor[] {
  return [...tensors].sort((a, b) => compareNames(a.name, b.name));
}

/** Without taking names apart: a header may be full of long ones. */
function compareNames(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  let start = at;
  while (start > 0 && isDigit(a[start - 1])) start--;
  const [left, right] = [digitsAt(a, start), digitsAt(b, start)];
  if (left !== "" && right !== "") {
    return left.length - right.length || (left < right ? -1 : left > right ? 1 : a.length - b.length);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The digits of a number from a place on, without leading zeros. */
function digitsAt(name: string, start: number): string {
  let end = start;
  while (end < name.length && isDigit(name[end])) end++;
  const digits = name.slice(start, end);
  return digits.length > 1 ? digits.replace(/^0+(?=\d)/, "") : digits;
}

function isDigit(letter: string | undefined): boolean {
  return letter !== undefined && letter >= "0" && letter <= "9";
}
