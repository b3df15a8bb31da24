import { filler } from "./plain-text.ts";

/**
 * A text as lines no wider than a screen, broken between words and, in a word that is too long for a
 * line, after one of its dots, slashes or dashes.
 *
 * @param text - one line of text.
 * @param width - characters of a line, above `indent`.
 * @param indent - spaces that open every line but the first.
 */
export function wrapText(text: string, width: number, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  const margin = () => (lines.length === 0 ? 0 : indent);
  const room = () => width - margin();
  const end = () => {
    lines.push(" ".repeat(margin()) + line);
    line = "";
  };
  for (const word of text.split(wordGap)) {
    if (line !== "" && line.length + 1 + word.length > room()) end();
    let rest = line === "" ? word : `${line} ${word}`;
    while (rest.length > room()) {
      const length = breakAt(rest, room());
      line = rest.slice(0, length);
      rest = rest.slice(length);
      end();
    }
    line = rest;
  }
  if (line !== "") end();
  return lines;
}

/** Between words; a number stays with its percent sign. */
const wordGap = / (?!%)/;

/** Where a word too long for a line breaks: in its second half if there is a place, else at the edge. */
function breakAt(word: string, room: number): number {
  const start = word.slice(0, room);
  const last = Math.max(...["/", ".", "-", "_"].map((mark) => start.lastIndexOf(mark))) + 1;
  if (last > room / 2) return last;
  // No character of two columns is cut in half.
  return word[room] === filler ? room - 1 : room;
}
