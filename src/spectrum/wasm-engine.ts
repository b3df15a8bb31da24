import {
  type GramTeamWork,
  gramEigenvalues,
  gramEigenvaluesInTeam,
  releaseGramWork,
  shareGramWork,
} from "../kernels/gram-eigenvalues.ts";
import { bestVariant, type KernelVariant, runsVariant } from "../kernels/kernels.ts";
import { breakTeam } from "../kernels/team.ts";
import { fromGramEigenvalues } from "./gram-accuracy.ts";
import type { SpectrumEngine } from "./spectrum-engine.ts";
import { typedArrayEngine } from "./typed-array-engine.ts";

/** Under this order threads spend more time meeting than working: 256 x 1024 is as fast with one as with two. */
const teamFrom = 384;

interface Part {
  readonly work: GramTeamWork;
  readonly rank: number;
}

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
    unavailable: () =>
      runsVariant(variant)
        ? null
        : `this JavaScript engine has no WebAssembly ${variant === "relaxed" ? "relaxed " : ""}SIMD`,
    async singularValues(matrix, unit) {
      return fromGramEigenvalues(gramEigenvalues(variant, matrix, unit), unit);
    },
    team(matrix, unit, size) {
      if (Math.min(matrix.rows, matrix.columns) < teamFrom || typeof SharedArrayBuffer === "undefined")
        return null;
      const work = shareGramWork(variant, matrix, unit, size);
      return {
        parts: Array.from({ length: size }, (_, rank): Part => ({ work, rank })),
        abandon: () => breakTeam(work.shared.memory),
        release: () => releaseGramWork(work),
      };
    },
    runPart(part) {
      const { work, rank } = part as Part;
      const eigenvalues = gramEigenvaluesInTeam(work, rank);
      return eigenvalues && fromGramEigenvalues(eigenvalues, work.unit);
    },
  };
}

/** The fastest engine of this machine. */
export function fastestEngine(): SpectrumEngine {
  const variant = bestVariant();
  return variant ? wasmEngine(variant) : typedArrayEngine;
}
