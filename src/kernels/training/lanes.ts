// Four float32 at a time. What is left of a row goes through the same operations, with lanes that nobody reads: an
// entry gets the same bits wherever a thread's share, or a tile, begins.

/** c + a * b, fused where the machine has it. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** The first n entries at an address, 1 <= n <= 3, and `fill` in the other lanes. */
@inline
export function loadSome(at: usize, n: i32, fill: f32): v128 {
  let lanes = f32x4.replace_lane(f32x4.splat(fill), 0, load<f32>(at));
  if (n > 1) lanes = f32x4.replace_lane(lanes, 1, load<f32>(at, 4));
  if (n > 2) lanes = f32x4.replace_lane(lanes, 2, load<f32>(at, 8));
  return lanes;
}

/** Stores the first n lanes, 1 <= n <= 3. */
@inline
export function storeSome(at: usize, lanes: v128, n: i32): void {
  store<f32>(at, f32x4.extract_lane(lanes, 0));
  if (n > 1) store<f32>(at, f32x4.extract_lane(lanes, 1), 4);
  if (n > 2) store<f32>(at, f32x4.extract_lane(lanes, 2), 8);
}

/** The sum of four lanes. */
@inline
export function across(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) +
    f32x4.extract_lane(lanes, 2) +
    (f32x4.extract_lane(lanes, 1) + f32x4.extract_lane(lanes, 3))
  );
}

/** The largest of four lanes. */
@inline
export function largestOf(lanes: v128): f32 {
  return max(
    max(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1)),
    max(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)),
  );
}
