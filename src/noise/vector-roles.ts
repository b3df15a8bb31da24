import { sumOfSquares } from "../autodiff/ops/sum-of-squares.ts";
import { type MeasuredPart, partPlan } from "../measure/measured-part.ts";
import type { NoiseLayer } from "./noise-layers.ts";

/** Relative error of float32 sums, squared, with room: a product of other vectors is off by about 1. */
const tolerance = 1e-6;

/**
 * How each layer's gradient is made of its vectors: `E'X` of outputs by inputs, or `X'E`; null where it is neither, as where
 * something lies between the tapped values and the matrix.
 *
 * @param place - of the batch that is looked at.
 */
export async function vectorRoles(
  part: MeasuredPart,
  layers: readonly NoiseLayer[],
  place: number,
): Promise<("out-in" | "in-out" | null)[]> {
  const outputs = Object.fromEntries(
    layers.flatMap(({ tensor, gradient, residuals }) => [
      [`${tensor} norm`, sumOfSquares(gradient)] as const,
      ...Object.entries(residuals).flatMap(([layout, value]) =>
        value ? [[`${tensor} ${layout}`, value] as const] : [],
      ),
    ]),
  );
  const plan = await partPlan(part, { outputs });
  try {
    const found = await plan.run(await part.batch(place));
    return layers.map(({ tensor, residuals }) => {
      const norm = found[`${tensor} norm`]![0]! * part.batchSize ** 2;
      const layouts = (["out-in", "in-out"] as const).filter((layout) => residuals[layout]);
      const errors = layouts.map((layout) => found[`${tensor} ${layout}`]![0]!);
      const least = Math.min(...errors);
      return least <= tolerance * norm ? layouts[errors.indexOf(least)]! : null;
    });
  } finally {
    plan.dispose();
  }
}
