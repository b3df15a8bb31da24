// Where a Gram matrix of integers has what is packed, for this thread: `short-pack.ts` fills it, `short-product.ts` and
// `short-rests.ts` read it.

/** Places whose products are summed in 32 bits before some are carried over. */
export const windowPlaces: i32 = 32;
/** Bytes of a pair of places in a panel. */
export const pairBytes: usize = 16;
/** Bytes of a place in a strip of v: 16 columns. */
export const placeBytes: usize = 128;
/** Bytes of a rest: its place, in bytes of a strip, and l / 2^27 as float64. */
export const restBytes: usize = 12;

/** Panels of q, so many bytes apart. */
export let panels: usize = 0;
export let panelStride: usize = 0;
/** Strips of v, so many bytes apart. */
export let factors: usize = 0;
export let factorStride: usize = 0;
/** How many rests each column has, they, and room for how many of each. */
export let counts: usize = 0;
export let rests: usize = 0;
export let capacity: i32 = 0;
/** Sums of q's squares in the window under way, of each column, as float32. */
export let squares: usize = 0;

/** Says where. */
export function packShortTo(
  panelsAt: usize,
  panelBytes: usize,
  factorsAt: usize,
  factorBytes: usize,
  countsAt: usize,
  restsAt: usize,
  restCapacity: i32,
  squaresAt: usize,
): void {
  panels = panelsAt;
  panelStride = panelBytes;
  factors = factorsAt;
  factorStride = factorBytes;
  counts = countsAt;
  rests = restsAt;
  capacity = restCapacity;
  squares = squaresAt;
}
