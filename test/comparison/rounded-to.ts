import { floatFormats } from "../../src/linalg/float-formats.ts";

/** Entries rounded to the nearest number of a format, all of them in its normal range. */
export function roundedTo(format: keyof typeof floatFormats, entries: Float32Array): Float32Array {
  const { significandBits } = floatFormats[format];
  return entries.map((entry) => {
    if (entry === 0) return 0;
    const ulp = 2 ** (Math.floor(Math.log2(Math.abs(entry))) - significandBits + 1);
    return Math.round(entry / ulp) * ulp;
  });
}
