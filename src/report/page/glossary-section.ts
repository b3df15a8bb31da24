import { definitionsTable } from "./definitions-table.ts";
import { type Html, heading, html } from "./html.ts";

const terms: readonly (readonly [string, string])[] = [
  [
    "Eigenvalue",
    "of WᵀW/N, with N the larger side of the matrix: the square of a singular value over N. Neither a change of orientation nor of scale moves a verdict.",
  ],
  [
    "Marchenko-Pastur law",
    "the density of these eigenvalues when the entries are independent noise of one size. Its scale is the standard deviation of an entry; λ₋ and λ₊ are the edges of its bulk.",
  ],
  [
    "p of the fit",
    "the probability that noise of the same shape lies as far from its own fit, by simulation. Small: this is not noise of one size.",
  ],
  [
    "Spike",
    "an eigenvalue outside the bulk that noise would not give. Its overlap estimates how much of the true direction the observed one holds, its strength the singular value that was planted.",
  ],
  [
    "Spectral concentration",
    "largest over smallest non-zero singular value. It is read beside its range under noise.",
  ],
  [
    "Soft rank",
    "upper bulk edge over the largest eigenvalue: 1 without outliers, near 0 when one direction rules.",
  ],
  ["Stable rank", "sum of the eigenvalues over the largest one."],
];

/** The words of the page, for a reader who meets them here first. */
export function glossarySection(): Html {
  return html`<section aria-labelledby="glossary">
${heading(2, "glossary", "Reading this page")}
<dl class="glossary">${terms.map(([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>
${definitionsTable()}
</section>`;
}
