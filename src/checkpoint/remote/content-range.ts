/** What a server says of the part that it sends. */
export interface ContentRange {
  readonly start: number;
  /** The byte after the last. */
  readonly end: number;
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * A header `Content-Range: bytes 0-99/1234`.
 *
 * @returns null where it is absent, of an unknown size, or says what can't be.
 * @source RFC 9110, section 14.4.
 */
export function contentRange(headers: Headers): ContentRange | null {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/i.exec(headers.get("content-range")?.trim() ?? "");
  if (!match) return null;
  const [start, last, size] = match.slice(1).map(Number) as [number, number, number];
  const isSound = Number.isSafeInteger(size) && start <= last && last < size;
  return isSound ? { start, end: last + 1, size } : null;
}
