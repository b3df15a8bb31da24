/** Codes taken at once: counts of a byte each then hold what a lane has met. */
const atOnce: i32 = 255 * 32;

/**
 * Counts codes of BF16 by their 8 bits of exponent.
 *
 * One exponent after the other, from the largest that there is until all are found: weights have some twenty, and 32 codes
 * are compared in a few cycles. Looked up one by one, each would wait for the count of the last to be written.
 *
 * @param from - codes; `count`, a multiple of 32, at most 2^17. @param fields - a place for their exponents, a byte each.
 * @param counts - 256 places of int32 that get the counts. @returns how many codes are zero, with either sign.
 */
export function countExponentsBF16(from: usize, count: i32, fields: usize, counts: usize): i32 {
  const end = fields + <usize>count;
  const largest = keepFields(from, count, fields);
  memory.fill(counts, 0, 256 * 4);
  const none = zeros(from, count);
  let left = count - none;
  for (let field = largest; field > 0 && left > 0; field--) {
    const found = occurrences(fields, end, field);
    store<i32>(counts + (<usize>field << 2), found);
    left -= found;
  }
  // What is left has no exponent, as zeros have none.
  store<i32>(counts, left + none);
  return none;
}

/** Exponents to `fields`; returns the largest. */
function keepFields(from: usize, count: i32, fields: usize): i32 {
  const low = i16x8.splat(0xff);
  let top = i8x16.splat(0);
  for (const end = fields + <usize>count; fields < end; fields += 16) {
    const first = v128.and(i16x8.shr_u(v128.load(from), 7), low);
    const second = v128.and(i16x8.shr_u(v128.load(from, 16), 7), low);
    const both = i8x16.narrow_i16x8_u(first, second);
    top = i8x16.max_u(top, both);
    v128.store(fields, both);
    from += 32;
  }
  let largest = 0;
  for (let lane = 0; lane < 16; lane++) {
    largest = max(largest, i8x16.extract_lane_u(top, 0));
    top = i8x16.shuffle(top, top, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
  }
  return largest;
}

/** How many bytes from `at` to `end` are `field`. */
function occurrences(at: usize, end: usize, field: i32): i32 {
  const wanted = i8x16.splat(<i8>field);
  let total = i32x4.splat(0);
  while (at < end) {
    const stop = min(at + <usize>atOnce, end);
    let even = i8x16.splat(0);
    let odd = even;
    for (; at < stop; at += 32) {
      even = i8x16.sub(even, i8x16.eq(v128.load(at), wanted));
      odd = i8x16.sub(odd, i8x16.eq(v128.load(at, 16), wanted));
    }
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(even)));
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(odd)));
  }
  return sumOf(total);
}

/** How many codes have nothing but a sign. */
function zeros(from: usize, count: i32): i32 {
  const nothing = i16x8.splat(0);
  let found = i16x8.splat(0);
  for (const end = from + (<usize>count << 1); from < end; from += 16) {
    found = i16x8.sub(found, i16x8.eq(i16x8.shl(v128.load(from), 1), nothing));
  }
  return sumOf(i32x4.extadd_pairwise_i16x8_u(found));
}

@inline
function sumOf(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}
