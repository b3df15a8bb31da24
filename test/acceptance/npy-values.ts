import { readFileSync } from "node:fs";

/** The values of a float64 .npy file of one axis, as numpy wrote them: an oracle's output. */
export function npyValues(path: string): Float64Array {
  const bytes = readFileSync(path);
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, 10 + headerLength);
  if (!header.includes("'<f8'")) throw new Error(`${path} does not hold float64: ${header}`);
  const data = bytes.subarray(10 + headerLength);
  return Float64Array.from({ length: data.length / 8 }, (_, i) => data.readDoubleLE(8 * i));
}
