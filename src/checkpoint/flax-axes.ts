import type { AxisMeaning } from "./tensor-use.ts";

const DEPTHWISE = /depth_?wise|(^|[/_])dw(_?conv\d*)?(_\d+)?\//i;

/**
 * The axes of a parameter of Flax, whose kernels have outputs last.
 *
 *     Dense [in, out], Conv and ConvTranspose [space..., in, out], DenseGeneral [in..., out...], Embed [token, feature]
 *
 * Of a kernel with three axes its bias tells what it is: as long as the last two axes together, they are outputs; with
 * as many vectors as the first axis has places, it is a stack of kernels (`nn.scan`).
 *
 * @param name - joined by slashes.
 * @param shapeOf - shape of another parameter by its name; null where there is none.
 * @returns null where it is neither a kernel nor an embedding, or the bias leaves it open.
 * @source flax/linen/linear.py: Dense, Conv, ConvTranspose, DenseGeneral, Embed; flax/linen/transforms.py: scan.
 */
export function flaxAxes(
  name: string,
  shape: readonly number[],
  shapeOf: (name: string) => readonly number[] | null,
): readonly AxisMeaning[] | null {
  const axes = shape.length;
  const [, module, parameter] = /^(.*?)([^/]*)$/.exec(name)!;
  if (parameter === "embedding" && axes === 2) return ["token", "feature"];
  if (parameter !== "kernel") return null;
  if (axes === 2) return ["in", "out"];
  // [space..., 1, channels]: grouped, or of a signal of one channel, which only the name tells.
  if (axes > 3 && shape[axes - 2] === 1 && DEPTHWISE.test(name)) {
    return [...Array<AxisMeaning>(axes - 2).fill("space"), "in", "group"];
  }
  if (axes > 3) return [...Array<AxisMeaning>(axes - 2).fill("space"), "in", "out"];
  const bias = shapeOf(`${module}bias`);
  if (!bias || axes !== 3) return null;
  if (bias.length === 1) return /(^|\/)\w*(conv|Conv)\w*\//.test(name) ? ["space", "in", "out"] : null;
  if (bias.length !== 2 || bias[1] !== shape[2]) return null;
  const isGeneral = bias[0] === shape[1];
  // A stack of as many matrices as each has inputs could be either.
  if (isGeneral && bias[0] === shape[0]) return null;
  if (isGeneral) return ["in", "out", "out"];
  return bias[0] === shape[0] ? ["stack", "in", "out"] : null;
}
