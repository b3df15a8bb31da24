import type { MeasurementResult } from "../../measure/result.ts";
import { formatCount } from "../format-number.ts";
import { checkpointsTitle } from "../page/checkpoints-title.ts";
import { type Html, html } from "../page/html.ts";
import { pageDocument } from "../page/page-document.ts";
import { reproductionSection, warningsSection } from "../page/reproduction-section.ts";
import { resultHeader } from "../page/result-header.ts";
import { attackSection } from "./attack-section.ts";
import { blockTableSection } from "./block-table.ts";
import { costSection } from "./cost-section.ts";
import { depthSection } from "./depth-section.ts";
import { hessianSection } from "./hessian-section.ts";
import { identitySection } from "./identity-section.ts";
import { measurementLead } from "./lead-sentence.ts";
import { shownCheckpoints } from "./measured-view.ts";
import { missingSection } from "./missing-section.ts";
import { quantitiesSection } from "./quantities-section.ts";
import { robustnessSection } from "./robustness-section.ts";
import { summarySection } from "./summary-section.ts";
import { trainingSection } from "./training-section.ts";

/**
 * A measurement as one HTML page that stands alone: how sparse the model is and at what loss, then each group of
 * numbers over depth and over training, and what every number is.
 *
 * @param result - of a measurement; its texts may be hostile.
 * @returns the page; the same result gives the same bytes, whatever `provenance.run` says.
 */
export async function measurementPage(result: MeasurementResult): Promise<string> {
  const shown = shownCheckpoints(result);
  const sections: readonly { readonly id: string; readonly title: string; readonly content: Html | null }[] =
    [
      { id: "summary", title: "Summary", content: summarySection(shown) },
      { id: "training", title: "Over training", content: await trainingSection(result) },
      { id: "depth", title: "From input to output", content: await depthSection(shown) },
      { id: "identity", title: "Sparsity and flatness", content: identitySection(shown) },
      { id: "hessian", title: "Curvature", content: await hessianSection(shown) },
      { id: "robustness", title: "Robustness", content: await robustnessSection(shown) },
      { id: "fgsm", title: "FGSM", content: await attackSection(shown) },
      { id: "macs", title: "Cost", content: costSection(shown) },
      { id: "blocks", title: "Blocks", content: blockTableSection(result) },
      { id: "missing", title: "What is missing", content: missingSection(shown) },
      { id: "numbers", title: "What the numbers are", content: quantitiesSection(shown) },
      { id: "warnings", title: "Warnings", content: warningsSection(result) },
      { id: "reproduction", title: "Reproduction", content: reproductionSection(result) },
    ];
  const present = sections.filter((section) => section.content !== null);
  const title = checkpointsTitle(result.checkpoints);
  const { kind, parameters } = result.model;
  const header = resultHeader({
    kind: `measurement · ${kind} of ${formatCount(parameters)} parameters · ${result.data.name}`,
    version: result.provenance.version,
    title,
    lead: measurementLead(result),
    links: present,
  });
  return pageDocument(
    title,
    header,
    present.map((section) => html`${section.content}\n`),
  );
}
