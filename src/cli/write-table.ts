import { getBorderCharacters, table } from "table";

/** Rows of text under headings, aligned, with a rule under the headings. */
export function writeTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return table([[...headings], ...rows.map((row) => [...row])], {
    border: getBorderCharacters("void"),
    columnDefault: { paddingLeft: 0, paddingRight: 2 },
    drawHorizontalLine: () => false,
  }).replaceAll(/[ \t]+$/gm, "");
}
