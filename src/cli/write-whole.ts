import { writeSync } from "node:fs";

/**
 * Writes all of a text, or of bytes, to an open file, or throws.
 *
 * A disk that is getting full takes a part of what it is given and says so by a number alone, which Node's own
 * stream for a file on stdout does not look at: the rest would be lost without a word.
 */
export function writeWhole(file: number, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done);
}
