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

/** Stands behind each character that takes two columns of a screen, so that a text's length is its width. */
export const filler = "\ue000";

const wide =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6]/u;

/** A line without what steers a screen, as long as it is wide: to be laid out, and then read by {@link asShown}. */
export function screenLine(text: string): string {
  return plainLine(text)
    .replaceAll(filler, "\ufffd")
    .replace(new RegExp(wide, "gu"), (character) =>
      character.length === 1 ? character + filler : character,
    );
}

/** A line that was laid out, as it is printed; a wide character that was cut in half is replaced. */
export function asShown(line: string): string {
  return line
    .replace(new RegExp(`(${wide.source})(${filler}?)`, "gu"), (_, character: string, rest: string) =>
      character.length > 1 || rest !== "" ? character : "\ufffd",
    )
    .replaceAll(filler, "")
    .replace(/\p{Cs}/gu, "\ufffd");
}
