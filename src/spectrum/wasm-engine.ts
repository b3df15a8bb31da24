import {
  type GramArithmetic,
  type GramStep,
  type GramTeamWork,
  gramBytes,
  gramEigenvalues,
  gramEigenvaluesInTeam,
  inSharedMemory,
  releaseGramWork,
  shareGramWork,
  variantOf,
} from "../kernels/gram-eigenvalues.ts";
import { rowsAtOnce } from "../kernels/gram-plan.ts";
import {
  adoptKernels,
  bestVariant,
  type CompiledKernels,
  compileKernels,
  kernelBuild,
  runsVariant,
} from "../kernels/kernels.ts";
import { addsBesideMultiplying } from "../kernels/processor.ts";
import { breakTeam } from "../kernels/team.ts";
import { fromGramEigenvalues } from "./gram-accuracy.ts";
import type { SpectrumEngine } from "./spectrum-engine.ts";
import { typedArrayEngine } from "./typed-array-engine.ts";

/** Under this order threads spend more time meeting than working: 256 x 1024 is as fast with one as with two. */
const teamFrom = 384;

/** Pages that aren't isolated have no memory that threads share. */
const canShare = typeof SharedArrayBuffer !== "undefined";

interface Part {
  readonly work: GramTeamWork;
  readonly step: GramStep;
  readonly rank: number;
}

/**
 * The engine in WebAssembly SIMD: float64 Gram matrix of the smaller side by blocks, of integers where entries are
 * short, reduced to a band, then to a tridiagonal matrix, whose eigenvalues come by implicit QL.
 *
 * @param arithmetic - "relaxed" where the machine fuses multiplications and additions, "paired" for products in pairs where it
 *   has units that add beside those that multiply, "plain" elsewhere; they differ in last bits, so each is an engine of
 *   its own in the provenance.
 */
export function wasmEngine(arithmetic: GramArithmetic): SpectrumEngine {
  const variant = variantOf(arithmetic);
  return {
    id: `wasm-${arithmetic}`,
    build: () => `${kernelBuild(variant)} ${roundingOf(arithmetic)}`,
    unavailable: () =>
      runsVariant(variant)
        ? null
        : `this JavaScript engine has no WebAssembly ${variant === "relaxed" ? "relaxed " : ""}SIMD`,
    async singularValues(matrix, unit, shortUnit = null) {
      const inUnits = shortUnit ?? unit;
      return fromGramEigenvalues(gramEigenvalues(arithmetic, matrix, inUnits, shortUnit !== null), inUnits);
    },
    compile: () => compileKernels(variant),
    adopt: (modules) => adoptKernels(modules as CompiledKernels),
    workspace: (order, mayBeShort) => gramBytes(order, arithmetic, mayBeShort),
    rowsAtOnce: canShare ? rowsAtOnce : null,
    team(shape, unit, size, shortUnit = null) {
      if (!canShare) return null;
      if (size > 1 && Math.min(shape.rows, shape.columns) < teamFrom) return null;
      const work = shareGramWork(arithmetic, shape, shortUnit ?? unit, size, shortUnit !== null);
      return {
        step({ part, isFirst, isLast }) {
          // One thread alone has the entries as they are, or gets a copy when they are sent to it.
          const data = size > 1 ? inSharedMemory(part.data) : part.data;
          const step = { part: { ...part, data }, isFirst, isLast };
          return Array.from({ length: size }, (_, rank): Part => ({ work, step, rank }));
        },
        abandon: () => breakTeam(work.shared.memory),
        release: () => releaseGramWork(work),
      };
    },
    runPart(part) {
      const { work, step, rank } = part as Part;
      const eigenvalues = gramEigenvaluesInTeam(work, step, rank);
      return eigenvalues && fromGramEigenvalues(eigenvalues, work.unit);
    },
  };
}

/** Values of one small matrix as this machine rounds them: "relaxed" fuses only where the processor does. */
function roundingOf(arithmetic: GramArithmetic): string {
  const [rows, columns] = [24, 16];
  const data = Float64Array.from({ length: rows * columns }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
  return gramEigenvalues(arithmetic, { rows, columns, data }, 1).join(" ");
}

/** The fastest engine of this machine. */
export function fastestEngine(): SpectrumEngine {
  return bestVariant() === "relaxed" && addsBesideMultiplying() ? wasmEngine("paired") : unpairedEngine();
}

/** The fastest engine that does not ask whose processor it is. */
export function unpairedEngine(): SpectrumEngine {
  const variant = bestVariant();
  return variant ? wasmEngine(variant) : typedArrayEngine;
}
