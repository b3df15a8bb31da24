import type { AnalysisResult } from "../../analysis/result.ts";
import { verdictSentence } from "../describe-verdict.ts";
import { cardsSection } from "./cards-section.ts";
import { type CheckpointView, planPage } from "./checkpoint-view.ts";
import { commandLine } from "./command-line.ts";
import { depthSection } from "./depth-section.ts";
import { earlierSection } from "./earlier-section.ts";
import { glossarySection } from "./glossary-section.ts";
import { type Html, heading, html } from "./html.ts";
import { layerTableSection } from "./layer-table.ts";
import { modelsSection, placeOf, titleOf } from "./models-section.ts";
import { pageDocument } from "./page-document.ts";
import { pageHeader, pageTitle } from "./page-header.ts";
import { leftOut, reproductionSection, warningsSection } from "./reproduction-section.ts";
import type { SectionLink } from "./result-header.ts";
import { summarySection } from "./summary-section.ts";
import { trajectorySection } from "./trajectory-section.ts";

interface Section extends SectionLink {
  readonly content: Html | null;
}

/**
 * A result as one HTML page that stands alone: no request leaves it, it is readable without scripts,
 * in light and dark, on paper and on a phone.
 *
 * @param result - the result of an analysis; its texts may be hostile.
 * @returns the page; the same result gives the same bytes, whatever `provenance.run` says.
 * @throws {RangeError} If a fit in the result has no law (a scale that is not positive).
 */
export async function renderReport(result: AnalysisResult): Promise<string> {
  const plan = planPage(result);
  const sections: Section[] = [];
  const add = (id: string, title: string, content: Html | null) => sections.push({ id, title, content });
  add("models", "Models", modelsSection(plan));
  for (const view of plan.shown) {
    // Several models share the page: each is one entry of the navigation.
    if (view.level === 3) add(`checkpoint${view.suffix}`, titleOf(view), await wholeCheckpoint(view));
    else {
      add("summary", "Summary", summarySection(view));
      add("trajectories", "Over training", await trajectorySection(view));
      add("depth", "Depth profile", await depthSection(view));
      add("layers", "Layers", layerTableSection(view));
      add("cards", "Layer by layer", await cardsSection(view));
    }
  }
  add("earlier", "Earlier checkpoints", await earlierSection(plan.earlier));
  add("warnings", "Warnings", warningsSection(result));
  add("glossary", "Reading this page", glossarySection());
  const { provenance, checkpoints } = result;
  const command = provenance.paths ? commandLine("analyze", provenance.paths, provenance) : null;
  add("reproduction", "Reproduction", reproductionSection(result, checkpoints.map(leftOut), command));

  const present = sections.filter((section) => section.content !== null);
  const main = present.map((section) => html`${section.content}\n`);
  return pageDocument(pageTitle(result, plan), pageHeader(result, plan, present), main);
}

async function wholeCheckpoint(view: CheckpointView): Promise<Html> {
  const { checkpoint, suffix } = view;
  return html`<section aria-labelledby="checkpoint${suffix}">
${heading(2, `checkpoint${suffix}`, titleOf(view))}
<p class="lead">${placeOf(view)}${verdictSentence(checkpoint)}</p>
${summarySection(view)}
${await trajectorySection(view)}
${await depthSection(view)}
${layerTableSection(view)}
${await cardsSection(view)}
</section>`;
}
