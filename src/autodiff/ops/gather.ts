import { shapeText, sizeOf } from "../shape.ts";
import { apply, type Op, type Value } from "../value.ts";

export const gatherOp: Op<null> = {
  name: "gather",
  shape([table, places]) {
    if (table!.length !== 2) throw new RangeError(`a table is [rows, width], not ${shapeText(table!)}`);
    return [...places!, table![1]!];
  },
  backward: ({ inputs: [table, places] }, gradient) => [
    apply(scatterAddOp, [gradient, places!], { rows: table!.shape[0]! }),
    null,
  ],
  evaluate([table, places], { inputs, shape }) {
    const width = shape.at(-1)!;
    const rows = inputs[0]!.shape[0]!;
    const result = new Float64Array(sizeOf(shape));
    for (const [i, place] of places!.entries()) {
      if (place >= 0 && place < rows) {
        result.set(table!.subarray(place * width, (place + 1) * width), i * width);
      }
    }
    return result;
  },
  trials: [
    {
      shapes: [
        [4, 3],
        [2, 5],
      ],
      attributes: null,
      entries: [null, (_, place) => (place * 3) % 4],
    },
    { shapes: [[4, 3], [4]], attributes: null, entries: [null, (_, place) => place - 1] },
  ],
};

export const scatterAddOp: Op<{ readonly rows: number }> = {
  name: "scatter-add",
  shape([values, places], { rows }) {
    if (sizeOf(values!) !== sizeOf(places!) * values!.at(-1)!) {
      throw new RangeError(
        `values ${shapeText(values!)} need a row for each of ${shapeText(places!)} places`,
      );
    }
    return [rows, values!.at(-1)!];
  },
  backward: ({ inputs: [, places] }, gradient) => [apply(gatherOp, [gradient, places!], null), null],
  evaluate([values, places], { shape }) {
    const [rows, width] = shape as readonly [number, number];
    const result = new Float64Array(rows * width);
    for (const [i, place] of places!.entries()) {
      if (place < 0 || place >= rows) continue;
      for (let j = 0; j < width; j++) result[place * width + j]! += values![i * width + j]!;
    }
    return result;
  },
  trials: [
    {
      shapes: [
        [2, 5, 3],
        [2, 5],
      ],
      attributes: { rows: 4 },
      entries: [null, (_, place) => (place * 3) % 4],
    },
  ],
};

/**
 * Rows of a table by their numbers: embeddings.
 *
 * @param table - shape [rows, width].
 * @param places - row numbers, any shape; outside of the table they give zeros and get no gradient.
 * @returns the shape of `places` and the width.
 */
export function gather(table: Value, places: Value): Value {
  return apply(gatherOp, [table, places], null);
}
