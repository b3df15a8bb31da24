import type { MeasuredLayer } from "../../measure/result.ts";
import { formatNumber, formatWithError, missing } from "../format-number.ts";
import { type Html, html } from "../page/html.ts";
import { reasonFor, valueWithError } from "./measured-view.ts";

/** Below it a number has more zeros than digits. */
const small = 1e-3;

/** A number with its standard error; a dash with the reason behind it where it is null. */
export function numberCell(layer: MeasuredLayer, id: string): Html {
  const found = valueWithError(layer, id);
  if (found === null) return html`<span title="${reasonFor(layer, id)}">${missing}</span>`;
  const [value, error] = textsOf(found.value, found.standardError);
  return html`${value}${error !== undefined && html` <small>± ${error}</small>`}`;
}

/** Both to the place of the error's second digit; small numbers by powers of ten, which are shorter. */
function textsOf(value: number, error: number | null): string[] {
  if (Math.abs(value) >= small || value === 0) return formatWithError(value, error).split(" ± ");
  return error === null ? [formatNumber(value)] : [formatNumber(value), formatNumber(error, 2)];
}
