import { type Content, type Html, html } from "./html.ts";

/** A section of the page as the navigation names it. */
export interface SectionLink {
  readonly id: string;
  readonly title: string;
}

/** What the top of a page says of a result. */
export interface ResultHeading {
  /** What sort of result it is, a few words. */
  readonly kind: string;
  /** Of the package that made the result. */
  readonly version: string;
  readonly title: string;
  /** The answer, before anything else. */
  readonly lead: Content;
  readonly links: readonly SectionLink[];
}

/** The top of a page: what it is, its title, the answer in a sentence, and the way to the sections. */
export function resultHeader({ kind, version, title, lead, links }: ResultHeading): Html {
  return html`<header><div class="bar"><p class="overline" title="version ${version}">marchenko · ${kind}</p><button type="button" class="theme" hidden>Theme: system</button></div>
<h1>${title}</h1>
<p class="lead">${lead}</p>
<nav aria-label="Sections"><ul>${links.map((link) => html`<li><a href="#${link.id}">${link.title}</a></li>`)}</ul></nav></header>`;
}
