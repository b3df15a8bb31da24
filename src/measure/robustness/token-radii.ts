/** How far tokens are moved: one radius a token, in proportion to epsilon. */
export interface TokenRadius {
  readonly name: "absolute" | "relative";
  /**
   * r_i / epsilon.
   *
   * @param norms - |x_i|, a token each.
   * @param width - d.
   */
  unit(norms: Float64Array, width: number): Float64Array;
}

/** Every kind of radius that hidden features are moved by. */
export const tokenRadii: readonly TokenRadius[] = [
  { name: "absolute", unit: (norms, width) => norms.map(() => Math.sqrt(width)) },
  { name: "relative", unit: (norms) => norms },
];

/** Vectors one behind the other, as directions and lengths. */
export interface Directions {
  /** Each of length 1, or 0 where the vector is 0: such a token isn't moved. */
  readonly unit: Float64Array;
  readonly norms: Float64Array;
}

/** @param vectors - rows of `width` entries. */
export function directionsOf(vectors: ArrayLike<number>, width: number): Directions {
  const unit = Float64Array.from(vectors);
  const norms = new Float64Array(unit.length / width);
  for (let i = 0; i < norms.length; i++) {
    const row = unit.subarray(i * width, (i + 1) * width);
    // Squares of small gradients would vanish: over the largest entry first.
    const largest = row.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    if (largest === 0) continue;
    const rest = Math.sqrt(row.reduce((total, each) => total + (each / largest) ** 2, 0));
    norms[i] = largest * rest;
    for (let j = 0; j < width; j++) row[j] = row[j]! / largest / rest;
  }
  return { unit, norms };
}

/** delta_i = epsilon r_i u_i. */
export function displacements({ unit }: Directions, radii: Float64Array, epsilon: number): Float64Array {
  const width = unit.length / radii.length;
  return unit.map((each, at) => epsilon * radii[Math.floor(at / width)]! * each);
}
