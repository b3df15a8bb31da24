/** Rows and columns of a block; entries of a panel's row; bytes of a block. */
export const block = 64;
export const panel = 4;
const blockBytes = block * block * 8;
export const tileBytes = panel * panel * 8;
/** Entries of a column of the band, as in `assembly/layout.ts`. */
export const bandPitch = 65;
/** Products in pairs take this many places at once, as in `assembly/paired-product.ts`. */
export const pairedPlaces = 8;

/**
 * Places of the long side packed at once. Of a block row, 36 KB stay in a first-level cache of 48; products in pairs read it
 * panel by panel, and have to be added to the result more seldom. Not a power of two, so that block rows don't fall on
 * each other's places there: 64 is 5 % slower than 72.
 */
export function placesAtOnce(pairs: boolean): number {
  return pairs ? 18 * pairedPlaces : 72;
}

/** Bytes of a rest, as in `assembly/short-areas.ts`. */
const restBytes = 12;
/** Places of the long side packed at once as integers: factors of 16 columns, 24 KB, stay in a first-level cache. */
const shortPlaces = 192;
/** Bytes of a thread's own: what a tile's sums of integers carry over, and a block. */
export const scratchBytes = 128 + blockBytes;

/** Columns of a strip of factors, as in `assembly/short-areas.ts`. */
const stripColumns = 16;

/** A multiple of the places packed at once, in whatever way: sums of parts of so many rows are those of the whole. */
export const rowsAtOnce = 576;

/** Where things lie while a Gram matrix is made of integers and their rests (`assembly/short-pack.ts`), in bytes. */
export interface ShortPlan {
  readonly places: number;
  readonly packs: number;
  readonly staging: number;
  readonly factors: number;
  readonly factorStride: number;
  readonly counts: number;
  readonly rests: number;
  readonly squares: number;
  readonly scratch: number;
  readonly end: number;
}

/** Half-bandwidth of the intermediate form: wider bands make the first stage faster and the second slower. */
function bandWidth(order: number): number {
  return order < 1500 ? 16 : 32;
}

/** Sweeps of the chase that a thread has under way. */
export const sweepsAtOnce = 4;

/** Bytes of a sweep under way, as in `assembly/chase.ts`. */
export function sweepBytes(width: number): number {
  return 64 + 4 * width * 8;
}

/** Where things lie in the kernels' memory, in bytes. */
export interface Plan {
  readonly order: number;
  /** The order, rounded up to whole blocks. */
  readonly padded: number;
  readonly blocks: number;
  readonly width: number;
  readonly matrix: number;
  /** Whether products are reckoned in pairs: with panels for it, and sums that belong to rows. */
  readonly pairs: boolean;
  /** Places of the long side packed at once. */
  readonly places: number;
  /** For products in pairs: what the sums of each row and column start with, and how large its terms are. */
  readonly starts: number;
  readonly sizes: number;
  readonly packs: number;
  /** `packs` as right factor of products in pairs, and `right` likewise. */
  readonly pairedPacks: number;
  readonly pairedRight: number;
  readonly staging: number;
  readonly v: number;
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly panelColumns: number;
  readonly small: number;
  readonly band: number;
  readonly sweeps: number;
  /** Set where the Gram matrix is made of integers. */
  readonly short: ShortPlan | null;
  readonly bytes: number;
}

/** Lays out the memory for a matrix of this order: the triangle, then what each stage works on. */
export function planMemory(
  order: number,
  entryBytes: number,
  threads: number,
  pairs = false,
  isShort = false,
): Plan {
  const blocks = Math.ceil(order / block);
  const padded = blocks * block;
  const width = bandWidth(order);
  const places = placesAtOnce(pairs);
  const matrix = 1024;
  const starts = matrix + ((blocks * (blocks + 1)) / 2) * blockBytes;
  const sizes = starts + (pairs ? padded * 8 : 0);
  const work = sizes + (pairs ? padded * 8 : 0);
  // The Gram matrix and the reduction share the space behind the matrix, one after the other.
  const packs = work;
  const pairedPacks = packs + padded * places * 8;
  const staging = pairedPacks + (pairs ? padded * places * 8 : 0);
  const short = isShort ? planShort(work, padded, threads) : null;
  const gramEnd = short ? short.end : staging + padded * places * entryBytes;
  const tall = padded * width * 8;
  const v = work;
  const y = v + tall;
  const left = y + tall;
  const right = left + 2 * tall;
  const pairedRight = right + 2 * tall;
  const panelColumns = pairedRight + (pairs ? 2 * tall : 0);
  const small = panelColumns + tall;
  const band = small + 3 * width * width * 8 + width * 8 + threads * tileBytes + 1024;
  // Columns of zeros behind the last one: each block that a bulge passes is whole.
  const bandEnd = band + (order + width) * bandPitch * 8 + 64 * 8;
  const sweeps = Math.ceil(bandEnd / 64) * 64;
  const reductionEnd = sweeps + threads * sweepsAtOnce * sweepBytes(width);
  return {
    order,
    padded,
    blocks,
    width,
    matrix,
    pairs,
    places,
    starts,
    sizes,
    packs,
    pairedPacks,
    pairedRight,
    staging,
    v,
    y,
    left,
    right,
    panelColumns,
    small,
    band,
    sweeps,
    short,
    bytes: Math.max(gramEnd, reductionEnd),
  };
}

function planShort(packs: number, padded: number, threads: number): ShortPlan {
  const places = shortPlaces;
  const staging = packs + padded * places * 2;
  const factors = staging + padded * places * 4;
  const factorStride = places * stripColumns * 8 + 64;
  const counts = factors + (padded / stripColumns) * factorStride;
  const rests = counts + padded * 4;
  const squares = rests + padded * places * restBytes;
  const scratch = squares + padded * 4;
  const end = scratch + threads * scratchBytes;
  return { places, packs, staging, factors, factorStride, counts, rests, squares, scratch, end };
}

/** Address of block (row, column) of the triangle. */
export function blockAt(plan: Plan, row: number, column: number): number {
  return plan.matrix + ((row * (row + 1)) / 2 + column) * blockBytes;
}
