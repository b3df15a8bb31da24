import { type Html, html } from "./html.ts";

/**
 * One of the few numbers that stand in large type at the top, within a `dl` of the class `headlines`.
 *
 * @param name - what it is.
 * @param value - the number with its unit.
 * @param note - what it means, or what it is to be read against.
 */
export function tile(name: string, value: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`;
}
