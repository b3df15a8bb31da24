import { add } from "../../autodiff/ops/add.ts";
import { contraction } from "../../autodiff/ops/contraction.ts";
import { permute } from "../../autodiff/ops/permute.ts";
import { reshape } from "../../autodiff/ops/reshape.ts";
import type { Value } from "../../autodiff/value.ts";
import { xavierUniform, zeros } from "../initialisers.ts";
import type { Tracer } from "../tracer.ts";

/**
 * Square patches of images as tokens: a convolution whose stride is its side, by a product.
 *
 * @param images - shape [B, C, H, W].
 * @param layer - `NAME.weight` has shape [width, C, side, side].
 * @returns shape [B, (H / side) (W / side), width], patches row by row.
 * @source Dosovitskiy et al. 2021, arXiv 2010.11929, eq. 1.
 */
export function patchEmbedding(
  tracer: Tracer,
  images: Value,
  { name, side, width }: { readonly name: string; readonly side: number; readonly width: number },
): Value {
  const [batch, channels, height, across] = images.shape as readonly [number, number, number, number];
  const [rows, columns] = [height / side, across / side];
  const entries = channels * side * side;
  const cut = reshape(images, [batch, channels, rows, side, columns, side]);
  // [B, C, rows, side, columns, side] -> [B, rows, columns, C, side, side]
  const patches = reshape(permute(cut, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, entries]);
  const weight = tracer.parameter({
    name: `${name}.weight`,
    shape: [width, channels, side, side],
    initial: xavierUniform(entries, width),
    role: "weight",
  });
  const bias = tracer.parameter({ name: `${name}.bias`, shape: [width], initial: zeros, role: "bias" });
  return add(contraction(patches, reshape(weight, [width, entries]), "btd,od->bto"), bias);
}
