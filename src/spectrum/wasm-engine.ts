import { gramEigenvalues } from "../kernels/gram-eigenvalues.ts";
import { bestVariant, type KernelVariant } from "../kernels/kernels.ts";
import { fromGramEigenvalues, unitOf } from "./gram-accuracy.ts";
import type { SpectrumEngine } from "./spectrum-engine.ts";
import { typedArrayEngine } from "./typed-array-engine.ts";

/**
 * The engine in WebAssembly SIMD: float64 Gram matrix of the smaller side by blocks, reduced to a band, then to a
 * tridiagonal matrix, whose eigenvalues come by implicit QL.
 *
 * @param variant - "relaxed" where the machine fuses multiplications and additions, "plain" elsewhere; the two differ
 *   in last bits, so each is an engine of its own in the provenance.
 */
export function wasmEngine(variant: KernelVariant): SpectrumEngine {
  return {
    id: `wasm-${variant}`,
    async singularValues(matrix) {
      const unit = unitOf(matrix.data);
      return fromGramEigenvalues(gramEigenvalues(variant, matrix, unit), unit);
    },
  };
}

/** The fastest engine of this machine. */
export function fastestEngine(): SpectrumEngine {
  const variant = bestVariant();
  return variant ? wasmEngine(variant) : typedArrayEngine;
}
