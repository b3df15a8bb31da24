import type { Verdict } from "../../analysis/result.ts";
import { verdictTexts } from "../describe-verdict.ts";
import { type Html, html } from "./html.ts";

/** A verdict as mark and words; the mark's colour only repeats them. */
export function verdictBadge(verdict: Verdict | null): Html {
  if (verdict === null) return html`<span class="verdict">no verdict</span>`;
  const { mark, title, meaning } = verdictTexts[verdict];
  return html`<span class="verdict ${verdict}" title="${meaning}"><span class="mark" aria-hidden="true">${mark}</span>${title}</span>`;
}
