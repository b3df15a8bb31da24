import {
  activeScratchBytes,
  fewRows,
  listActive,
  multiplyActive,
  type PackedRows,
  packedRowsBytes,
  packForActive,
} from "../../kernels/active-product.ts";
import { planContraction } from "../../kernels/contraction.ts";
import { contractionScratchBytes, runContraction } from "../../kernels/run-contraction.ts";
import type { TrainingKernels } from "../../kernels/training-kernels.ts";
import type { WasmMemory } from "./memory.ts";

/** How a matrix from some inputs to some outputs is stored: [outputs, inputs] or [inputs, outputs]. */
export type WeightLayout = "out-in" | "in-out";

/** A matrix W and its sizes. */
export interface Weight {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major. */
  readonly entries: ArrayLike<number>;
  /** "out-in" by default. */
  readonly layout?: WeightLayout | undefined;
}

/** Where weights lie, and what works on them. */
export interface WeightSpace {
  readonly kernels: TrainingKernels;
  readonly memory: WasmMemory;
  /** Address of an area for dense products. */
  readonly contraction: number;
}

/** Products C = A W' of some rows between fixed addresses; all give the same bits where W is finite. */
export interface RowsProduct {
  dense(): void;
  /** Lists the entries of A that are not zero. @returns how many. */
  list(): number;
  /** The product over what is listed, as {@link RowsProduct.list} left it. */
  listed(): void;
}

/** A matrix that lies ready for products. */
export interface WeightMatrix {
  scratchBytes(rows: number): number;
  /**
   * @param from - address of A, [rows, inputs]. @param to - of C, [rows, outputs].
   * @param scratch - of {@link WeightMatrix.scratchBytes}, a multiple of 16.
   */
  product(rows: number, from: number, to: number, scratch: number): RowsProduct;
}

/** A space of its own on a memory. */
export function weightSpace(kernels: TrainingKernels, memory: WasmMemory): WeightSpace {
  return { kernels, memory, contraction: memory.take(contractionScratchBytes(1)) };
}

/**
 * Rows up to which a dense product is computed from panels with all entries listed, which reads each weight once: the
 * product for more rows packs the whole matrix first. At twice as many both take as long (`reports/sparse-execution.md`).
 */
export const fewDenseRows = 16;

/**
 * Puts a matrix into memory, as it is for dense products of many rows and, when they are first needed, packed by its
 * inputs for products over listed entries: once for few rows, once for more.
 */
export function weightMatrix(
  { kernels, memory, contraction }: WeightSpace,
  { inputs, outputs, entries, layout = "out-in" }: Weight,
): WeightMatrix {
  const address = memory.take(4 * inputs * outputs);
  memory.float32(address, inputs * outputs).set(entries);
  const isOutIn = layout === "out-in";
  const form = (isForFew: boolean) => ({ neurons: inputs, columns: outputs, isForFew });
  const known = new Map<boolean, PackedRows>();
  const packedAs = (isForFew: boolean): PackedRows => {
    let packed = known.get(isForFew);
    if (!packed) {
      packed = { ...form(isForFew), address: memory.take(packedRowsBytes(form(isForFew))) };
      packForActive(kernels, packed, address, isOutIn ? 1 : outputs, isOutIn ? inputs : 1);
      known.set(isForFew, packed);
    }
    return packed;
  };
  return {
    scratchBytes: (rows) =>
      Math.max(...[true, false].map((isForFew) => activeScratchBytes(rows, form(isForFew)))),
    product(rows, from, to, scratch) {
      const letters = { a: "ti", b: isOutIn ? "oi" : "io", out: "to" };
      const plan = planContraction(letters, [rows, inputs], isOutIn ? [outputs, inputs] : [inputs, outputs]);
      const isForFew = rows <= fewRows;
      return {
        dense() {
          if (rows > fewDenseRows) {
            runContraction(kernels, plan, from, address, to, contraction, 0, 1);
            return;
          }
          listActive(kernels, form(false), from, rows, scratch, true);
          multiplyActive(kernels, packedAs(false), rows, scratch, to);
        },
        list: () => listActive(kernels, form(isForFew), from, rows, scratch, false),
        listed: () => multiplyActive(kernels, packedAs(isForFew), rows, scratch, to),
      };
    },
  };
}
