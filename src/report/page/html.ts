import { escapeHtml } from "../escape-html.ts";

/** Markup that is safe to put in a page: made by `html`, or vouched for with `trusted`. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may hold; text is escaped, nothing (null, undefined, false) leaves no trace. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

/**
 * A template whose every value is escaped unless it is markup itself, so that a tensor named
 * `</script><img onerror=...>` stays a name. Attributes are to be quoted with `"`.
 *
 * @returns the markup.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.map((part, i) => part + (i < values.length ? contentText(values[i]) : "")).join(""));
}

/** Markup that this package made itself (an SVG, the style sheet); never a text of a result. */
export function trusted(text: string): Html {
  return new Html(text);
}

/**
 * A dotted name, or a sentence with such names, that may break after dots and slashes, so that a long
 * name breaks between words; not within a number.
 */
export function breakable(text: string): Html {
  return new Html(escapeHtml(text).replace(/(?<!\d)[./]|[./](?!\d)/g, "$&<wbr>"));
}

/** A heading of any level, since a section is deeper on a page of several checkpoints. */
export function heading(level: number, id: string, text: Content): Html {
  const link = html`<a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`;
  return html`<div class="heading">${trusted(`<h${level}`)} id="${id}">${text}${trusted(`</h${level}>`)}${link}</div>`;
}

function contentText(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "object") return content.map(contentText).join("");
  return escapeHtml(String(content));
}
