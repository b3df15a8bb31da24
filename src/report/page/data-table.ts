import { type Content, type Html, html } from "./html.ts";

export interface TableColumn {
  readonly title: Content;
  readonly isNumber?: boolean;
}

/**
 * A table that scrolls by itself where it is wider than the screen.
 *
 * @param label - what it holds, for a screen reader.
 * @param columns - the first heads the rows.
 * @param rows - a cell a column.
 * @param caption - above it; none where null.
 */
export function dataTable(
  label: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Content[])[],
  caption: Content = null,
): Html {
  const numbered = (i: number) => columns[i]?.isNumber && html` class="number"`;
  const heads = columns.map(({ title }, i) => html`<th scope="col"${numbered(i)}>${title}</th>`);
  const body = rows.map(
    ([first, ...rest]) =>
      html`<tr><th scope="row"${numbered(0)}>${first}</th>${rest.map((cell, i) => html`<td${numbered(i + 1)}>${cell}</td>`)}</tr>
`,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table>${caption !== null && html`<caption>${caption}</caption>`}<thead><tr>${heads}</tr></thead><tbody>
${body}</tbody></table></div>`;
}
