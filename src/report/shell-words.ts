import { filler } from "./plain-text.ts";

/** Ends a line that goes on in the next, inside of a word too. */
const continued = "\\";

/** A word as a POSIX shell takes it. */
export function quoteWord(word: string): string {
  return isBare(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * A command as lines that can be pasted into a POSIX shell: broken after words, and within one too long for a line.
 *
 * @param words - unquoted: the program and its arguments.
 * @param width - characters of a line, at least 16.
 * @param margin - characters that stand before the first line.
 * @returns the lines.
 */
export function commandLines(words: readonly string[], width: number, margin = 0): string[] {
  const lines: string[] = [];
  let line = "";
  // The last character of a line is kept for the mark that it goes on.
  const room = () => width - 1 - (lines.length === 0 ? margin : 0);
  const end = () => {
    lines.push(line + continued);
    line = "";
  };
  for (const [i, word] of words.entries()) {
    const whole = quoteWord(word);
    if (i > 0) {
      if (line.length + 1 + whole.length > room() && whole.length < width) {
        line += " ";
        if (line.length > room()) line = line.trimEnd();
        end();
        // The blank between the words, where the line before had no room for it.
        if (!lines.at(-1)!.endsWith(` ${continued}`)) line = " ";
      } else line += " ";
    }
    for (const piece of piecesOf(word, whole, width - 1)) {
      if (line.length + piece.length > room() && line !== "") end();
      line += piece;
    }
  }
  lines.push(line);
  return lines;
}

/** A word, or pieces of it that a shell joins again, each no longer than a line. */
function piecesOf(word: string, whole: string, longest: number): string[] {
  if (whole.length <= longest) return [whole];
  const characters = word.match(new RegExp(`.${filler}?`, "gsu")) ?? [];
  const pieces: string[] = [];
  let piece = "";
  for (const character of characters) {
    if (piece !== "" && quoteWord(piece + character).length > longest) {
      pieces.push(quoteWord(piece));
      piece = "";
    }
    piece += character;
  }
  return [...pieces, quoteWord(piece)];
}

function isBare(word: string): boolean {
  return /^[\w./=:@%+,-]+$/.test(word);
}
