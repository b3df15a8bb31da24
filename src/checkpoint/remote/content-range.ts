import { UnreadableInputError } from "../../errors.ts";
import type { Answer } from "./client.ts";

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
function contentRange(headers: Headers): ContentRange | null {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/i.exec(headers.get("content-range")?.trim() ?? "");
  if (!match) return null;
  const [start, last, size] = match.slice(1).map(Number) as [number, number, number];
  const isSound = Number.isSafeInteger(size) && start <= last && last < size;
  return isSound ? { start, end: last + 1, size } : null;
}

/** By what a file is known again. */
export interface Identity {
  readonly size: number;
  readonly etag: string | null;
  readonly modified: string | null;
}

export function identityOf(headers: Headers, size: number): Identity {
  return { size, etag: headers.get("etag"), modified: headers.get("last-modified") };
}

/**
 * The part that an answer has, if it is the one that was asked for.
 *
 * @param known - what the file was before; null at first.
 * @throws {UnreadableInputError} If it is not the part that was asked for, or of another version of the file.
 */
export function checkedPart(
  answer: Answer,
  start: number,
  end: number,
  known: Identity | null,
  label: string,
): ContentRange {
  const { headers } = answer;
  const fail = (error: UnreadableInputError): never => {
    void answer.cancel();
    throw error;
  };
  const part = contentRange(headers);
  const coding = headers.get("content-encoding") ?? "identity";
  const isAsked = part !== null && part.start === start && part.end <= Math.min(end, part.size);
  if (!isAsked || coding !== "identity") {
    const got =
      coding === "identity" ? `"${headers.get("content-range") ?? ""}"` : `a part of it in ${coding}`;
    return fail(
      new UnreadableInputError(
        `${label}: expected bytes ${start} to ${end - 1} of the file with its size (Content-Range), got ${got}: ` +
          "the server does not keep to HTTP, or does not let a page see it. Download the file and name it.",
      ),
    );
  }
  if (known) {
    const now = identityOf(headers, part.size);
    const differs = (key: "etag" | "modified") => known[key] && now[key] && known[key] !== now[key];
    if (now.size !== known.size || differs("etag") || differs("modified")) return fail(changed(label));
  }
  return part;
}

/** The error for a file that is another one than before. */
export function changed(label: string): UnreadableInputError {
  return new UnreadableInputError(
    `${label} changed while it was read: expected the file that was opened. Run again once it stays as it is.`,
  );
}
