import { fstatSync } from "node:fs";
import type { LeftOutFile } from "../checkpoint/checkpoint.ts";
import { UsageError } from "../errors.ts";
import { writeWhole } from "./write-whole.ts";

/** Prints lines of talk, on stderr: stdout is for data. */
export function talk(lines: string): void {
  process.stderr.write(`${lines.split("\n").map(plain).join("\n")}\n`);
}

/** How much is told. */
export type Talk = "less" | "usual" | "more";
let told: Talk = "usual";

/** Sets how much is told from now on, by --quiet and --verbose. */
export function setTalk(talk: Talk): void {
  told = talk;
}

/** Prints lines of talk where --verbose asks for them. */
export function talkMore(lines: string): void {
  if (told === "more") talk(lines);
}

/** Control characters out: a tensor's name must not move the cursor or colour the screen. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}

/**
 * Prints data, on stdout, with a newline at its end. A reader that has seen enough (`| head`) is no error.
 *
 * @throws {UsageError} If stdout can't take it, e.g. a file on a full disk.
 */
export async function printData(text: string | Generator<string> | Uint8Array): Promise<void> {
  if (text instanceof Uint8Array) {
    await print(text);
    return;
  }
  if (typeof text !== "string") {
    for (const piece of text) if (!(await print(piece))) return;
    return;
  }
  await print(text.endsWith("\n") ? text : `${text}\n`);
}

/** Whether anyone still listens. */
async function print(data: string | Uint8Array): Promise<boolean> {
  try {
    if (stdoutIsFile()) writeWhole(process.stdout.fd, data);
    else await send(data);
    return true;
  } catch (error) {
    if (isClosedPipe(error as Error)) return false;
    throw new UsageError(`can't write to stdout: ${(error as Error).message}`);
  }
}

function stdoutIsFile(): boolean {
  try {
    return fstatSync(process.stdout.fd).isFile();
  } catch {
    return false;
  }
}

function send(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether a stream's error says that its reader has gone. */
function isClosedPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED";
}

/** Files left out for one reason that are named one by one. */
const namedLeftOut = 3;

/** Says which files of a folder were not read, and why: many with one reason in one line. */
export function talkOfLeftOut(leftOut: readonly LeftOutFile[]): void {
  const byReason = new Map<string, string[]>();
  for (const { path, reason, detail } of leftOut) {
    const said = `(${reason}): ${detail}`;
    const paths = byReason.get(said);
    if (paths) paths.push(path);
    else byReason.set(said, [path]);
  }
  for (const [said, paths] of byReason) {
    if (paths.length > namedLeftOut) talk(`left out: ${paths[0]} and ${paths.length - 1} more ${said}`);
    else for (const path of paths) talk(`left out: ${path} ${said}`);
  }
}

/** Says a thing in words: `1 layer`, `2 layers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Whether to colour a stream: NO_COLOR wins over FORCE_COLOR, both over what the stream is. One that is set and empty
 * says nothing.
 */
export function wantsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return stream.isTTY === true && TERM !== "dumb";
}

const usualColumns = 80;

/** Columns of a stream's terminal, the usual 80 for what is no terminal, or does not tell. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return (stream.isTTY && stream.columns) || usualColumns;
}

/** Columns that a table for people has to fit; a pipe takes any width. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? columnsOf(stream) : Number.POSITIVE_INFINITY;
}
