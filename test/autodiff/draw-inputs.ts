import { sizeOf } from "../../src/autodiff/shape.ts";
import type { Op, Trial } from "../../src/autodiff/value.ts";
import { randomStream } from "../../src/linalg/random.ts";

/** Draws a trial's inputs, the same each time. */
export function drawInputs(op: Op<unknown>, trial: Trial<unknown>, index: number): Float64Array[] {
  const { normal } = randomStream(7, ["op", op.name, index]);
  return trial.shapes.map((shape, place) => {
    const entry = trial.entries?.[place] ?? ((each: number) => each);
    return new Float64Array(sizeOf(shape)).map((_, i) => entry(normal(), i));
  });
}
