import { fitMarchenkoPastur } from "../../src/fits/fit-marchenko-pastur.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { extremeSingularVectors } from "../../src/spectrum/singular-vectors.ts";
import type { LayerMoment } from "../../src/trajectories/spike-snapshot.ts";

/** A direction planted at a step: its strength over (N M)^1/4 s, and its vectors in a plane each, as angles in degrees. */
export interface Planted {
  readonly multiple: number;
  /** Coordinates that span the plane of the left and of the right vector. */
  readonly plane: readonly [number, number];
  readonly angle?: number;
}

/**
 * Unit Gaussian noise with planted directions.
 *
 * @param noise - names the draw: the same name at two steps is noise that is shared.
 */
export function plantedMatrix(larger: number, smaller: number, planted: readonly Planted[], noise: string) {
  const { normal } = randomStream(17, ["planted-series", larger, smaller, noise]);
  const data = Float64Array.from({ length: larger * smaller }, normal);
  for (const { multiple, plane, angle = 0 } of planted) {
    const strength = multiple * (larger * smaller) ** 0.25;
    const part = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
    for (const [i, row] of plane.entries()) {
      for (const [j, column] of plane.entries()) {
        data[row * smaller + column]! += strength * part[i]! * part[j]!;
      }
    }
  }
  return { rows: larger, columns: smaller, data };
}

/** What a series knows of such a matrix at a step. */
export async function momentOf(
  matrix: ReturnType<typeof plantedMatrix>,
  place: number,
): Promise<LayerMoment> {
  const spectrum = await computeSpectrum(matrix);
  const { scale, spikes } = fitMarchenkoPastur(spectrum);
  const vectors = extremeSingularVectors(matrix, Math.max(8, spikes.length), { end: "top", seed: 1 });
  const { larger, singularValues } = spectrum;
  return { layer: "w", step: 10 * place, place, larger, singularValues, scale, spikes, vectors };
}
