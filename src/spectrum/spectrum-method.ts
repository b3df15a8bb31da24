import { UsageError } from "../errors.ts";
import type { Spectrum } from "./spectrum.ts";

/**
 * How singular values are computed: "gram" by an engine's Gram matrix, "accurate" without squaring, "lanczos" as an
 * estimate of their distribution, "auto" by Gram, again accurately where that pays, and by Lanczos where the smaller
 * side is beyond an engine's reach.
 */
export type SpectrumMethod = "auto" | "gram" | "accurate" | "lanczos";

export const spectrumMethods: readonly SpectrumMethod[] = ["auto", "gram", "accurate", "lanczos"];

/** Largest smaller side whose Gram matrix the 4 GiB of a WebAssembly memory hold, with what it is reduced in. */
const largestGram = 30_000;

/** Whether a matrix gets an estimate in place of its singular values. */
export function isEstimated(method: SpectrumMethod, rows: number, columns: number): boolean {
  return method === "lanczos" || (method === "auto" && Math.min(rows, columns) > largestGram);
}

/** Relative accuracy that "auto" wants for float64 entries: what the published numbers are compared to. */
const wanted = 1e-6;

/**
 * Whether a spectrum from a Gram matrix is to be computed again without squaring.
 *
 * Entries stored with 32 bits or fewer were rounded by more than squaring loses: for them it never pays.
 */
export function needsAccuracy(
  spectrum: Pick<Spectrum, "format" | "relativeErrorBounds" | "smaller">,
): boolean {
  return spectrum.format === "F64" && (spectrum.relativeErrorBounds[spectrum.smaller - 1] ?? 0) > wanted;
}

/** @throws {UsageError} If there is no such method. */
export function requireMethod(method: string): SpectrumMethod {
  const known = spectrumMethods.find((each) => each === method);
  if (known) return known;
  throw new UsageError(`there is no method ${method}: use one of ${spectrumMethods.join(", ")}`);
}
