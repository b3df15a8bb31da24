import type { ComparisonResult } from "../../comparison/result.ts";
import { commandLine } from "../page/command-line.ts";
import { type Html, heading, html } from "../page/html.ts";
import { pageDocument } from "../page/page-document.ts";
import { reproductionSection, warningsSection } from "../page/reproduction-section.ts";
import { resultHeader } from "../page/result-header.ts";
import { comparedLayersSection } from "./compared-layers-section.ts";
import { comparisonLead } from "./comparison-words.ts";
import { differenceCardsSection } from "./difference-cards-section.ts";
import { movementSection } from "./movement-section.ts";
import { comparisonSummarySection } from "./summary-section.ts";
import { unpairedSection } from "./unpaired-section.ts";

/**
 * A comparison as one HTML page that stands alone: what moved and how far, every layer, the spectrum of what was changed
 * and each metric's difference with its error.
 *
 * @param result - of a comparison; its texts may be hostile.
 * @returns the page; the same result gives the same bytes, whatever `provenance.run` says.
 */
export async function comparisonPage(result: ComparisonResult): Promise<string> {
  const sections: readonly { readonly id: string; readonly title: string; readonly content: Html | null }[] =
    [
      { id: "summary", title: "Summary", content: comparisonSummarySection(result) },
      { id: "profile", title: "Depth profile", content: await movementSection(result) },
      { id: "layers", title: "Layers", content: comparedLayersSection(result) },
      { id: "cards", title: "Layer by layer", content: await differenceCardsSection(result) },
      { id: "unpaired", title: "Not compared", content: unpairedSection(result) },
      { id: "warnings", title: "Warnings", content: warningsSection(result) },
      { id: "glossary", title: "Reading this page", content: glossary() },
      {
        id: "reproduction",
        title: "Reproduction",
        content: reproductionSection(result, null, commandOf(result)),
      },
    ];
  const present = sections.filter((section) => section.content !== null);
  const title = titleOf(result);
  const header = resultHeader({
    kind: "comparison",
    version: result.provenance.version,
    title,
    lead: comparisonLead(result),
    links: present,
  });
  return pageDocument(
    title,
    header,
    present.map((section) => html`${section.content}\n`),
  );
}

/** The command that compares the same again. */
function commandOf({ a, b, provenance }: ComparisonResult): string | null {
  if (a.from === "result" || b.from === "result") return null;
  if (provenance.files.length === 0) return null;
  return commandLine("compare", [a.path, b.path], provenance, {
    overlap: (wanted) => (wanted === false ? ["--no-overlap"] : []),
  });
}

/** The ids of both; of two checkpoints of one name, as those of two runs are, with the folders they are in. */
function titleOf({ a, b }: ComparisonResult): string {
  return a.id === b.id ? `${a.path} → ${b.path}` : `${a.id} → ${b.id}`;
}

const terms: readonly (readonly [string, string])[] = [
  [
    "Change, ‖W_B − W_A‖ / ‖W_A‖",
    "Frobenius norms. Rounding of the stored entries makes something of it by itself; a layer has moved where it is more than twice that.",
  ],
  [
    "Change of the spectrum",
    "the same of the two lists of singular values: the least change that they allow. What turns without changing them it does not see.",
  ],
  [
    "Spectrum of the change",
    "W_B − W_A analysed like a layer: few outliers over a bulk of noise are a change along few directions; a low stable rank is one, too.",
  ],
  [
    "Subspaces in common",
    "mean squared cosine of the angles between the spaces that the k leading singular vectors of A and of B span: 1 is the same space. In brackets what random spaces of that dimension have. Where the gap behind the k-th singular value is small, the space turns with the least change.",
  ],
  [
    "Error of a difference",
    "from what both results hold: standard errors, 90 % intervals, the spread of noise of the shape, or bounds on rounding. A difference is none up to one error, unsure up to two.",
  ],
];

function glossary(): Html {
  return html`<section aria-labelledby="glossary">
${heading(2, "glossary", "Reading this page")}
<dl class="glossary">${terms.map(([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>
</section>`;
}
