import type { MeasuredLayer } from "../../measure/result.ts";
import { formatAnySize, missing } from "../format-number.ts";
import { type Html, html } from "../page/html.ts";
import { reasonFor, valueWithError } from "./measured-view.ts";

/** A number with its standard error; a dash with the reason behind it where it is null. */
export function numberCell(layer: MeasuredLayer, id: string): Html {
  const found = valueWithError(layer, id);
  if (found === null) return html`<span title="${reasonFor(layer, id)}">${missing}</span>`;
  const [value, error] = formatAnySize(found.value, found.standardError).split(" ± ");
  return html`${value}${error !== undefined && html` <small>± ${error}</small>`}`;
}
