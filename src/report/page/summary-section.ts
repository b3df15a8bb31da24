import { rejectionLevel } from "../../analysis/judge.ts";
import type { CheckpointResult, Finding } from "../../analysis/result.ts";
import { countVerdicts, verdictTexts } from "../describe-verdict.ts";
import { fitQuality, isRejected } from "../fit-quality.ts";
import { formatCount, formatNumber, missing } from "../format-number.ts";
import { ratioExcess, severityMarks, sortFindings } from "../notable-layers.ts";
import { type CheckpointView, cardId, hasCard } from "./checkpoint-view.ts";
import { tile } from "./headline-tile.ts";
import { type Html, heading, html } from "./html.ts";
import { landmark } from "./landmark.ts";

/** The answer first: verdicts, four headline numbers and the findings of a checkpoint. */
export function summarySection(view: CheckpointView): Html {
  return html`<section${landmark(view, `summary${view.suffix}`)}>
${heading(view.level, `summary${view.suffix}`, "Summary")}
${verdictBar(view.checkpoint)}
${headlines(view.checkpoint)}
${findingList(view)}
</section>`;
}

/** Verdicts as parts of a bar, with the same in words below. */
function verdictBar(checkpoint: CheckpointResult): Html | null {
  const counts = countVerdicts(checkpoint.layers);
  if (counts.length === 0) return null;
  const parts = counts.map(
    ([verdict, count]) => html`<span class="${verdict}" style="flex-grow:${count}"></span>`,
  );
  const words = counts.map(
    ([verdict, count]) =>
      html`<li class="verdict ${verdict}"><span class="mark" aria-hidden="true">${verdictTexts[verdict].mark}</span><b>${count}</b> ${verdictTexts[verdict].title}<span class="meaning">${verdictTexts[verdict].meaning}</span></li>`,
  );
  return html`<div class="verdict-bar" aria-hidden="true">${parts}</div><ul class="verdict-counts">${words}</ul>`;
}

function headlines(checkpoint: CheckpointResult): Html {
  const { totals, layers } = checkpoint;
  const fits = layers.flatMap((layer) => layer.marchenkoPastur ?? []);
  const tested = fits.filter((fit) => fitQuality(fit) !== "untested").length;
  const rejected = layers.filter(isRejected).length;
  const excesses = layers.map(ratioExcess).filter((excess) => excess !== null);
  const outside = excesses.filter((excess) => excess > 0).length;
  // Spikes are counted where there is a bulk that they stand out of.
  const bulks = fits.filter((fit) => fitQuality(fit) !== "rejected");
  const spiked = bulks.filter((fit) => fit.spikes.length > 0);
  const spikes = spiked.reduce((sum, fit) => sum + fit.spikes.length, 0);
  const share = totals.parameters > 0 ? (100 * totals.parametersAnalysed) / totals.parameters : 0;
  return html`<dl class="headlines">
${tile("Matrices analysed", formatCount(totals.layersAnalysed), `${formatCount(totals.layersSkipped)} skipped; ${formatNumber(share)} % of ${formatCount(totals.parameters)} parameters covered`)}
${tile("Marchenko-Pastur rejected", `${rejected} of ${tested}`, tested === 0 ? "no fit was tested" : `at p ≤ ${rejectionLevel}; chance alone gives ${formatNumber(tested * rejectionLevel, 2)}`)}
${tile("Spikes above the bulk", formatCount(spikes), `in ${spiked.length} of the ${bulks.length} whose bulk is not rejected`)}
${tile("Concentration unlike noise", excesses.length === 0 ? missing : `${outside} of ${excesses.length}`, excesses.length === 0 ? "no noise range at hand" : `ratio outside 5–95 % of noise; chance alone gives ${formatNumber(excesses.length * 0.1, 2)}`)}
</dl>`;
}

function findingList(view: CheckpointView): Html {
  const findings = sortFindings(view.checkpoint.findings);
  if (findings.length === 0) return html`<p class="quiet">No findings.</p>`;
  return html`<ul class="findings" aria-label="Findings">${findings.map((finding) => findingItem(view, finding))}</ul>`;
}

function findingItem(view: CheckpointView, finding: Finding): Html {
  const layer = view.checkpoint.layers.find((each) => each.layer === finding.layer);
  const where =
    finding.layer === null
      ? html`<span class="where">whole checkpoint</span>`
      : layer !== undefined && hasCard(view, layer)
        ? html`<a class="where name" href="#${cardId(view, layer)}">${finding.layer}</a>`
        : html`<span class="where name">${finding.layer}</span>`;
  return html`<li class="${finding.severity}"><span class="severity"><span class="mark" aria-hidden="true">${severityMarks[finding.severity]}</span>${finding.severity}</span>
<div>${where} <code class="finding-id">${finding.id}</code><p>${finding.evidence}</p><p class="advice">${finding.advice}</p></div></li>`;
}
