/**
 * Text without what steers a screen or disguises a name: control and format characters (escape
 * sequences, bells, bidirectional overrides) and line separators, each replaced visibly.
 */
export function plainLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}

/** The same for text that may have lines and tabs, which stay. */
export function plainLines(text: string): string {
  return text.replace(/(?![\t\n\r])[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}
