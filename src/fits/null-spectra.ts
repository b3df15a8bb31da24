import { noiseTridiagonal } from "../kernels/noise-tridiagonal.ts";
import { tridiagonalBatch } from "../kernels/tridiagonal.ts";
import { type RandomStream, randomStream } from "../linalg/random.ts";

/**
 * Simulated spectra of pure noise: what the eigenvalues of a matrix of this shape are when its entries
 * are independent Gaussians of standard deviation 1. What tables of noise are made of.
 */
export interface NullSpectra {
  /** N, the larger side. */
  readonly larger: number;
  /** M, the smaller side. */
  readonly smaller: number;
  readonly draws: number;
  /** `[draws, M]`: eigenvalues of `W'W / N`, ascending in each draw. */
  readonly eigenvalues: Float64Array;
}

/** Draws for small shapes. */
const usualDraws = 199;
/** Draws for large ones, where a draw takes long. */
const fewDraws = 99;
const fewDrawsFrom = 512;

/** Number of null spectra simulated for a smaller side of M. */
export function nullDraws(smaller: number): number {
  return smaller >= fewDrawsFrom ? fewDraws : usualDraws;
}

/**
 * Draws the spectra of noise matrices without making the matrices: a Gaussian `N x M` matrix has the
 * singular values of the `M x M` bidiagonal one with independent chi entries.
 *
 *     diagonal chi_N, chi_(N-1), ..., chi_(N-M+1);  superdiagonal chi_(M-1), ..., chi_1
 *
 * A draw costs M^2 operations instead of N M^2.
 *
 * @param larger - N, a whole number >= M.
 * @param smaller - M, a whole number >= 1.
 * @param seed - the analysis' seed; the stream is keyed by it and the shape.
 * @param draws - how many, >= 1.
 * @returns eigenvalues of `W'W / N` for unit entries, `[draws, M]`.
 * @source Dumitriu & Edelman 2002, J. Math. Phys. 43:5830-5847 (beta-Laguerre ensemble, beta = 1).
 */
export function drawNullSpectra(
  larger: number,
  smaller: number,
  seed: number | string,
  draws: number = nullDraws(smaller),
): NullSpectra {
  const stream = randomStream(seed, ["null-spectra", larger, smaller]);
  return drawSpectra(larger, smaller, draws, stream, () => stream.chiSquared(larger) / larger);
}

/**
 * The same with a direction planted: a noise matrix of unit entries plus `strength` in its first entry, which is any
 * rank-one matrix of that norm up to rotations that noise does not feel.
 *
 *     first diagonal entry squared: (strength + normal)^2 + chi_(N-1)^2
 *
 * @param strength - t / s, the planted singular value, >= 0.
 * @source Bloemendal & Virag 2013, Probab. Theory Relat. Fields 156:795-825 (spiked tridiagonal model).
 */
export function drawSpikedSpectra(
  larger: number,
  smaller: number,
  strength: number,
  seed: number | string,
  draws: number,
): NullSpectra {
  const stream = randomStream(seed, ["spiked-spectra", larger, smaller, strength]);
  const first = () => ((strength + stream.normal()) ** 2 + stream.chiSquared(larger - 1)) / larger;
  return drawSpectra(larger, smaller, draws, stream, first);
}

function drawSpectra(
  larger: number,
  smaller: number,
  draws: number,
  stream: RandomStream,
  firstSquare: () => number,
): NullSpectra {
  const eigenvalues = new Float64Array(draws * smaller);
  const squares = new Float64Array(draws * smaller);
  for (let from = 0; from < eigenvalues.length; from += smaller) {
    const [diagonal, others] = [eigenvalues, squares].map((all) => all.subarray(from, from + smaller));
    noiseTridiagonal(stream, firstSquare(), larger, diagonal!, others!);
  }
  tridiagonalBatch(eigenvalues, squares, smaller);
  for (let from = 0; from < eigenvalues.length; from += smaller) {
    for (let i = from; i < from + smaller && eigenvalues[i]! < 0; i++) eigenvalues[i] = 0;
  }
  return { larger, smaller, draws, eigenvalues };
}
