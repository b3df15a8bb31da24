// Where things lie in memory. A symmetric matrix is stored as the blocks of its lower triangle, block rows one after
// the other; a block is 64 x 64, as 16 panels of 4 columns, a panel as 64 rows of 4 entries. Inner loops then read
// memory in order, for a row of a block as for a column, and half the matrix is never stored.

/** Rows and columns of a block. */
export const blockSize: i32 = 64;
/** Bytes of 4 entries of float64: a row of a panel. */
export const rowBytes: usize = 32;
/** Bytes of a panel of a block. */
export const panelBytes: usize = 2048;
/** Bytes of a block. */
export const blockBytes: usize = 32768;

/**
 * Entries of a column of the band, the diagonal first, with room for bulges: twice the widest band, and one. Fixed, so
 * that an entry's neighbours are at distances that the compiler knows.
 */
export const bandPitch: i32 = 65;
/** Bytes from an entry of the band to the one right of it. */
export const skew: usize = 512;

/** Address of block (I, J), J <= I, of the triangle that starts at `base`. */
@inline
export function blockAt(base: usize, I: i32, J: i32): usize {
  return base + <usize>((I * (I + 1)) / 2 + J) * blockBytes;
}

/** c + a * b, fused where the machine has it. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(c, f64x2.mul(a, b));
}
