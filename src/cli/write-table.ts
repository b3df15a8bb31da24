import type { ColumnUserConfig } from "table";
import { plain } from "./terminal.ts";

/** Between columns. */
const gap = 2;
const narrowest = 16;

/**
 * Rows of text under headings, aligned.
 *
 * @param width - when given, columns of prose are wrapped at words to fit; a column of names keeps its
 *   width, since a name that is broken in two can't be searched or copied.
 */
export async function writeTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): Promise<string> {
  const cells = [headings, ...rows].map((row) => row.map(plain));
  // The library takes long to load, and seconds for the tensors of a large model.
  if (width === Number.POSITIVE_INFINITY && cells.every((row) => row.every(isAscii))) return aligned(cells);
  const { getBorderCharacters, table } = await import("table");
  return table(cells, {
    border: getBorderCharacters("void"),
    columnDefault: { paddingLeft: 0, paddingRight: gap },
    columns: width === Number.POSITIVE_INFINITY ? {} : fitted(cells, width),
    drawHorizontalLine: () => false,
  }).replaceAll(/[ \t]+$/gm, "");
}

/** Whether each character takes one column. */
function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function aligned(cells: readonly (readonly string[])[]): string {
  const widths = cells[0]!.map((_, column) => {
    return cells.reduce((widest, row) => Math.max(widest, row[column]!.length), 0);
  });
  const lines = cells.map((row) => {
    return row
      .map((text, column) => text.padEnd(widths[column]! + gap))
      .join("")
      .trimEnd();
  });
  return `${lines.join("\n")}\n`;
}

/** Takes from the widest column of prose until all fit, or are as narrow as can be read. */
function fitted(cells: readonly (readonly string[])[], total: number): ColumnUserConfig[] {
  const columns = cells[0]!.map((_, column) => cells.map((row) => row[column]!));
  const widths = columns.map((texts) => Math.max(...texts.map((text) => text.length)));
  const prose = columns.flatMap((texts, i) => (texts.some((text) => text.includes(" ")) ? [i] : []));
  while (widths.reduce((sum, each) => sum + each + gap, 0) > total) {
    const widest = prose.reduce((a, b) => (widths[b]! > widths[a]! ? b : a), prose[0] ?? 0);
    if (widths[widest]! <= narrowest || prose.length === 0) break;
    widths[widest]!--;
  }
  return widths.map((each) => ({ width: each, wrapWord: true }));
}
