import {
  activeScratchBytes,
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

/**
 * Rows up to which a dense product is computed with all entries listed: so each weight is read once, where the product
 * for many rows packs the matrix first. At 16 rows both take as long (`reports/sparse-execution.md`).
 */
export const fewRows = 16;

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
 * Puts a matrix into memory, as it is for dense products and, when it is first needed, packed by its inputs for products
 * over listed entries.
 */
export function weightMatrix(
  { kernels, memory, contraction }: WeightSpace,
  { inputs, outputs, entries, layout = "out-in" }: Weight,
): WeightMatrix {
  const address = memory.take(4 * inputs * outputs);
  memory.float32(address, inputs * outputs).set(entries);
  const isOutIn = layout === "out-in";
  let packed: PackedRows | null = null;
  const rowsOf = (): PackedRows => {
    if (packed) return packed;
    const sizes = { neurons: inputs, columns: outputs };
    packed = { ...sizes, address: memory.take(packedRowsBytes(sizes)) };
    packForActive(kernels, packed, address, isOutIn ? 1 : outputs, isOutIn ? inputs : 1);
    return packed;
  };
  return {
    scratchBytes: (rows) => activeScratchBytes(rows, inputs),
    product(rows, from, to, scratch) {
      const letters = { a: "ti", b: isOutIn ? "oi" : "io", out: "to" };
      const plan = planContraction(letters, [rows, inputs], isOutIn ? [outputs, inputs] : [inputs, outputs]);
      const list = (all: boolean) => listActive(kernels, from, rows, inputs, scratch, all);
      const listed = () => multiplyActive(kernels, rowsOf(), rows, scratch, to);
      return {
        dense() {
          if (rows > fewRows) {
            runContraction(kernels, plan, from, address, to, contraction, 0, 1);
            return;
          }
          list(true);
          listed();
        },
        list: () => list(false),
        listed,
      };
    },
  };
}
