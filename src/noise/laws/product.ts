import { productLaw } from "../../laws/product-law.ts";
import type { RandomStream } from "../../linalg/random.ts";
import { computeSpectrum } from "../../spectrum/compute-spectrum.ts";
import type { NoiseLaw } from "./noise-law.ts";

/** A sum of outer products of independent vectors with independent entries. */
export const productNoise: NoiseLaw = {
  id: "product-law",
  name: "Product law",
  meaning: "a sum of outer products of independent vectors with independent entries",
  settle({ rows, columns, samples }) {
    if (samples === null) return "the matrix is no sum of a known number of outer products";
    const [firstRatio, secondRatio] = [rows / samples, columns / samples];
    return {
      law: productLaw(firstRatio, secondRatio, 1),
      parameters: { firstRatio, secondRatio, samples },
      key: `${Math.max(rows, columns)} ${Math.min(rows, columns)} ${samples}`,
      async draw(stream) {
        const matrix = productOfGaussians(Math.max(rows, columns), Math.min(rows, columns), samples, stream);
        const { singularValues } = await computeSpectrum(matrix);
        return singularValues.map((value) => value ** 2);
      },
    };
  },
};

/**
 * A small matrix with the singular values of U H', U of `[p, N]` and H of `[d, N]` with standard normal entries: the
 * factors are made triangular by rotations that noise does not feel, so that a draw doesn't grow with N.
 *
 * @returns of `min(p, d, N)` rows, without the singular values that are 0 by shape.
 * @source Bartlett 1933, Proc. R. Soc. Edinb. 53:260-283, for the triangular factor of a Gaussian matrix.
 */
function productOfGaussians(p: number, d: number, inner: number, stream: RandomStream) {
  const k = Math.min(d, inner);
  const right = triangle(Math.max(d, inner), k, stream);
  const rows = Math.min(p, k);
  const left = p >= k ? triangle(p, k, stream) : Float64Array.from({ length: p * k }, () => stream.normal());
  // H' = Q R for long H; for short H it is L Q', L the transpose of such a triangle.
  const factor = d <= inner ? right : transposed(right, k);
  const data = new Float64Array(rows * k);
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < k; l++) {
      const entry = left[i * k + l]!;
      if (entry === 0) continue;
      for (let j = 0; j < k; j++) data[i * k + j]! += entry * factor[l * k + j]!;
    }
  }
  return { rows, columns: k, data };
}

function transposed(square: Float64Array, order: number): Float64Array {
  return square.map((_, at) => square[(at % order) * order + Math.floor(at / order)]!);
}

/** R of the QR decomposition of a Gaussian matrix of `rows` >= `order` rows: upper triangular, chi on the diagonal. */
function triangle(rows: number, order: number, { normal, chiSquared }: RandomStream): Float64Array {
  const data = new Float64Array(order * order);
  for (let i = 0; i < order; i++) {
    data[i * order + i] = Math.sqrt(chiSquared(rows - i));
    for (let j = i + 1; j < order; j++) data[i * order + j] = normal();
  }
  return data;
}
