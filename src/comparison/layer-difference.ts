import type { FactoredMatrix, Factors } from "../layers/factored-matrix.ts";
import type { Layer } from "../layers/layer.ts";
import { censusOf, type EntryCensus, joinCensus } from "../linalg/entry-census.ts";
import { type FloatFormatName, floatFormats, roundingErrorRms } from "../linalg/float-formats.ts";
import type { Matrix } from "../linalg/matrix.ts";

type Entries = Float32Array | Float64Array;

/**
 * The layer W_B - W_A of two layers of one shape: what B's is, with entries that are differences.
 *
 * Both matrices are read where it is, whole or by rows. Its rounding error is that of both: `sqrt(s_u,A^2 + s_u,B^2)`, so
 * that what moved by no more than the stored formats round is no direction.
 *
 * @param a - a layer that is analysed. @param b - another of the same matrix shape.
 */
export function layerDifference(a: Layer, b: Layer): Layer {
  const dtype = a.dtype === "F64" || b.dtype === "F64" ? "F64" : "F32";
  const rounding = [roundingOf(a), roundingOf(b)] as const;
  const columns = b.matrixShape![1];
  const subtract = (before: Entries, after: Entries, into: Entries): void => {
    rounding[0].see(before);
    rounding[1].see(after);
    for (let i = 0; i < into.length; i++) into[i] = after[i]! - before[i]!;
  };
  const readRows = async (into: Entries, firstRow: number): Promise<void> => {
    const [before, after] = [buffer(a, into.length), buffer(b, into.length)];
    await a.readRows!(before, firstRow);
    await b.readRows!(after, firstRow);
    subtract(before, after, into);
  };
  return {
    ...b,
    dtype,
    part: null,
    factored: a.factored && b.factored ? factorsOfDifference(a.factored, b.factored) : null,
    readRows: a.readRows && b.readRows ? readRows : null,
    roundingError: async () => Math.hypot(await rounding[0].error(), await rounding[1].error()),
    async read(into): Promise<Matrix> {
      const before = await a.read();
      const after = await b.read();
      const { rows } = after;
      const data =
        into ?? (dtype === "F64" ? new Float64Array(rows * columns) : new Float32Array(rows * columns));
      subtract(before.data as Entries, after.data as Entries, data);
      return { rows, columns, data };
    },
  };
}

/** Entries of a layer, in the kind of array that it fills. */
function buffer({ dtype }: Layer, length: number): Entries {
  return dtype === "F64" ? new Float64Array(length) : new Float32Array(length);
}

/** The rounding error of a layer's stored entries, known once they have been seen. */
function roundingOf(layer: Layer) {
  let census: EntryCensus | null = null;
  return {
    see(entries: Entries): void {
      const seen = censusOf(entries);
      // Rows that are read twice count twice: a mean does not change.
      census = census ? joinCensus(census, seen) : seen;
    },
    async error(): Promise<number> {
      const format = Object.hasOwn(floatFormats, layer.dtype) ? (layer.dtype as FloatFormatName) : "F32";
      const ofFormat = census ? roundingErrorRms(census, format) : 0;
      return Math.max(ofFormat, (await layer.roundingError?.()) ?? 0);
    },
  };
}

/** L_B R_B - L_A R_A = [L_B, -L_A] [R_B; R_A]. Equal factors make zeros, to the last bit. */
function factorsOfDifference(a: FactoredMatrix, b: FactoredMatrix): FactoredMatrix {
  return {
    rank: a.rank + b.rank,
    entries: a.entries + b.entries,
    async read(): Promise<Factors> {
      const [before, after] = [await a.read(), await b.read()];
      const areEqual = isEqual(before.left, after.left) && isEqual(before.right, after.right);
      const sign = areEqual ? 0 : -1;
      const scaled = (matrix: Matrix, factor: number): Matrix => ({
        ...matrix,
        data: Float64Array.from(matrix.data, (entry) => factor * entry),
      });
      return {
        left: beside(scaled(after.left, areEqual ? 0 : 1), scaled(before.left, sign)),
        right: below(scaled(after.right, areEqual ? 0 : 1), scaled(before.right, 1)),
      };
    },
  };
}

function isEqual(a: Matrix, b: Matrix): boolean {
  return a.data.length === b.data.length && a.data.every((entry, i) => entry === b.data[i]);
}

function beside(left: Matrix, right: Matrix): Matrix {
  const columns = left.columns + right.columns;
  const data = new Float64Array(left.rows * columns);
  for (let row = 0; row < left.rows; row++) {
    data.set(left.data.subarray(row * left.columns, (row + 1) * left.columns), row * columns);
    data.set(
      right.data.subarray(row * right.columns, (row + 1) * right.columns),
      row * columns + left.columns,
    );
  }
  return { rows: left.rows, columns, data };
}

function below(upper: Matrix, lower: Matrix): Matrix {
  const data = new Float64Array(upper.data.length + lower.data.length);
  data.set(upper.data);
  data.set(lower.data, upper.data.length);
  return { rows: upper.rows + lower.rows, columns: upper.columns, data };
}
