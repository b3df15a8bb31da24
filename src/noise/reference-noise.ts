import type { Matrix } from "../linalg/matrix.ts";
import { randomStream } from "../linalg/random.ts";

/** What a noise matrix is read against. */
export interface ReferenceNoise {
  readonly id: "gaussian" | "shuffled-rows" | "shuffled-columns";
  readonly data: Float64Array;
}

/**
 * Matrices beside an observed one: independent Gaussian entries of its size, and its own entries in random order within
 * each row, and within each column, which keeps the rows', or the columns', variances and every large entry.
 *
 * @param name - of the layer, which names the streams.
 */
export function referenceNoise(
  { rows, columns, data }: Matrix,
  seed: number | string,
  name: string,
): ReferenceNoise[] {
  let squares = 0;
  for (const entry of data) squares += entry ** 2;
  const size = Math.sqrt(squares / data.length);
  const stream = (id: string) => randomStream(seed, ["reference-noise", id, name]);
  const { normal } = stream("gaussian");
  return [
    { id: "gaussian", data: Float64Array.from({ length: data.length }, () => size * normal()) },
    { id: "shuffled-rows", data: shuffledLines(data, rows, columns, columns, 1, stream("rows").uniform) },
    {
      id: "shuffled-columns",
      data: shuffledLines(data, columns, rows, 1, columns, stream("columns").uniform),
    },
  ];
}

/** Entries in random order within each of `lines`, whose starts are `step` apart and whose entries `stride`. */
function shuffledLines(
  data: ArrayLike<number>,
  lines: number,
  length: number,
  step: number,
  stride: number,
  uniform: () => number,
): Float64Array {
  const result = Float64Array.from(data);
  for (let line = 0; line < lines; line++) {
    for (let i = length - 1; i > 0; i--) {
      const [from, to] = [line * step + i * stride, line * step + Math.floor(uniform() * (i + 1)) * stride];
      const entry = result[from]!;
      result[from] = result[to]!;
      result[to] = entry;
    }
  }
  return result;
}
