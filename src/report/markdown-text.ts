import { plainLine } from "./plain-text.ts";

/** A line's end would end the row or the item; other control characters are shown as replaced. */
function oneLine(text: string): string {
  return plainLine(text.replace(/[\r\n]+/g, " "));
}

/** Markup characters made plain, so that a hostile name or path is text. */
export function escapeText(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>#|~]/g, "\\$&");
}

/** A code span that nothing inside can close: its fence is longer than any run of backticks in it. */
export function code(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const padding = runs.length > 0 ? " " : "";
  return fence + padding + oneLine(text).replaceAll("|", "\\|") + padding + fence;
}
