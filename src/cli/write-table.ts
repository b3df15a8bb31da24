import { getBorderCharacters, table } from "table";
import { plain } from "./terminal.ts";

/** Between columns. */
const gap = 2;
const narrowest = 16;

/**
 * Rows of text under headings, aligned.
 *
 * @param width - when given, the widest columns are wrapped at words to fit; for prose, since a name that
 *   is broken in two can't be searched or copied.
 */
export function writeTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const cells = [headings, ...rows].map((row) => row.map(plain));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const columns =
    width === Number.POSITIVE_INFINITY
      ? {}
      : fitted(widths, width - gap * headings.length).map((each) => ({ width: each, wrapWord: true }));
  return table(cells, {
    border: getBorderCharacters("void"),
    columnDefault: { paddingLeft: 0, paddingRight: gap },
    columns,
    drawHorizontalLine: () => false,
  }).replaceAll(/[ \t]+$/gm, "");
}

/** Takes from the widest column until all fit, or are as narrow as can be read. */
function fitted(widths: readonly number[], total: number): number[] {
  const narrowed = [...widths];
  while (narrowed.reduce((sum, each) => sum + each, 0) > total) {
    const widest = narrowed.indexOf(Math.max(...narrowed));
    if (narrowed[widest]! <= narrowest) break;
    narrowed[widest]!--;
  }
  return narrowed;
}
