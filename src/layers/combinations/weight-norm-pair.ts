import type { Tensor } from "../../checkpoint/tensor.ts";
import { entryCount } from "../../checkpoint/tensor.ts";
import { type FloatFormatName, floatFormats, spacingOf } from "../../linalg/float-formats.ts";
import type { CombinationKind } from "./combination.ts";

/** Names of the direction, and of the norms in its place: two generations of `torch.nn.utils`. */
const PAIRS = [
  { direction: /(?<=^|\.)weight_v$/, norms: "weight_g" },
  { direction: /(?<=^|\.)parametrizations\.weight\.original1$/, norms: "parametrizations.weight.original0" },
] as const;

/** Entries whose squares are summed at once. */
const STRETCH = 1 << 20;

/**
 * A weight that is stored as norms g and directions v:
 *
 *     w = g v / ||v||,  a norm for each place along the axis on which g has as many places as v
 *
 * The row is the matrix w. It has the dtype of v.
 *
 * @source Salimans & Kingma 2016, arXiv 1602.07868, eq. 2.
 */
export const weightNormPair: CombinationKind = {
  combine(direction, named) {
    const names = PAIRS.find((pair) => pair.direction.test(direction.name));
    const norms = names && named(direction.name.replace(names.direction, names.norms));
    if (!norms || !/^B?F\d/.test(direction.dtype) || !/^B?F\d/.test(norms.dtype)) return null;
    const axis = normAxis(norms.shape, direction.shape);
    if (axis === undefined) return null;
    const places = axis === null ? 1 : direction.shape[axis]!;
    const inner = axis === null ? 1 : entryCount(direction.shape.slice(axis + 1));
    let found: Promise<Float64Array> | null = null;
    const factors = () => (found ??= factorsOf(direction, norms, places, inner, axis === null));
    const apply = async (entries: Float32Array | Float64Array, start: number) => {
      const scale = await factors();
      for (let i = 0; i < entries.length; i++) {
        entries[i]! *= scale[Math.floor((start + i) / inner) % places]!;
      }
      return entries;
    };
    const { readInto } = direction;
    const tensor: Tensor = {
      name: direction.name,
      dtype: direction.dtype,
      shape: direction.shape,
      sizeBytes: direction.sizeBytes + norms.sizeBytes,
      file: direction.file,
      storage: null,
      ...(direction.readWhole && { readWhole: true }),
      ...(direction.use && { use: direction.use }),
      // What a tensor in memory gives may be its own entries: they are not to be changed.
      read: async (start = 0, end = entryCount(direction.shape)) =>
        apply((await direction.read(start, end)).slice(), start),
      roundingError: async () => roundingErrorOf(direction, norms, await factors(), inner),
      ...(readInto && {
        readInto: async (into: Float32Array | Float64Array, start: number) => {
          await direction.readInto!(into, start);
          await apply(into, start);
        },
      }),
    };
    return { sources: [direction, norms], tensor, factored: null, orientation: null };
  },
};

/** The axis along which norms are taken apart; null for one norm of all; undefined where shapes don't fit. */
function normAxis(norms: readonly number[], direction: readonly number[]): number | null | undefined {
  if (direction.length < 2 || entryCount(direction) === 0) return undefined;
  if (entryCount(norms) === 1 && !(norms.length === direction.length && direction[0] === 1)) return null;
  const axis = norms.findIndex((extent, i) => extent > 1 && extent === direction[i]);
  if (axis === -1) return norms.length === direction.length && entryCount(norms) === 1 ? 0 : undefined;
  return entryCount(norms) === direction[axis] ? axis : undefined;
}

/** g / ||v||, place by place. */
async function factorsOf(
  direction: Tensor,
  norms: Tensor,
  places: number,
  inner: number,
  isOne: boolean,
): Promise<Float64Array> {
  const squares = new Float64Array(places);
  const count = entryCount(direction.shape);
  const step = direction.readWhole ? count : STRETCH;
  for (let start = 0; start < count; start += step) {
    const entries = await direction.read(start, Math.min(count, start + step));
    for (let i = 0; i < entries.length; i++) {
      const place = isOne ? 0 : Math.floor((start + i) / inner) % places;
      squares[place]! += entries[i]! * entries[i]!;
    }
  }
  const g = await norms.read();
  return squares.map((square, place) => g[place]! / Math.sqrt(square));
}

/**
 * Root mean square error of w from those of v and g, to first order:
 *
 *     s_u^2 = sum_c ( n_c (g_c / ||v_c||)^2 s_v^2 + s_g^2 ) / n,  of places c with n_c entries each
 *
 * The second term is what an error of g_c is to all of w_c together, whose norm is g_c.
 */
async function roundingErrorOf(
  direction: Tensor,
  norms: Tensor,
  scales: Float64Array,
  inner: number,
): Promise<number> {
  const count = entryCount(direction.shape);
  const ofDirection = new Float64Array(scales.length);
  const squareAt = squaredSpacing(direction);
  const step = direction.readWhole ? count : STRETCH;
  for (let start = 0; start < count; start += step) {
    const entries = await direction.read(start, Math.min(count, start + step));
    for (let i = 0; i < entries.length; i++) {
      ofDirection[Math.floor((start + i) / inner) % scales.length]! += squareAt(entries[i]!);
    }
  }
  const squareOfNorm = squaredSpacing(norms);
  let sum = 0;
  for (const g of await norms.read()) sum += squareOfNorm(g);
  for (const [place, squares] of ofDirection.entries()) sum += scales[place]! ** 2 * squares;
  return Math.sqrt(sum / count / 12);
}

/** ulp^2 of an entry of a tensor, 0 where its dtype is no format that is known. */
function squaredSpacing({ dtype }: Tensor): (entry: number) => number {
  if (!Object.hasOwn(floatFormats, dtype)) return () => 0;
  return (entry) => spacingOf(entry, dtype as FloatFormatName) ** 2;
}
