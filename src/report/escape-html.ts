/**
 * Text without what steers a reader's screen: control characters but tab and newline, and bidirectional overrides, which
 * disguise names, become the replacement character.
 */
export function undisguised(text: string): string {
  return text.replace(/(?![\t\n])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/**
 * Text for between tags or in a quoted attribute of HTML or SVG.
 *
 * @param text - any text, hostile or not.
 * @returns the text with markup characters escaped, and {@link undisguised}.
 */
export function escapeHtml(text: string): string {
  return undisguised(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
