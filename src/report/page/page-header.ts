import type { AnalysisResult } from "../../analysis/result.ts";
import { countModels } from "../count-models.ts";
import { verdictSentence } from "../describe-verdict.ts";
import type { PagePlan } from "./checkpoint-view.ts";
import { checkpointsTitle, runName } from "./checkpoints-title.ts";
import { type Html, html } from "./html.ts";
import { resultHeader, type SectionLink } from "./result-header.ts";

/** What the page is about, for its title and its first heading. */
export function pageTitle(result: AnalysisResult, plan: PagePlan): string {
  const ids = result.checkpoints.map((checkpoint) => checkpoint.id);
  if (ids.length === 0) return "Nothing analysed";
  if (plan.isSeries && runName(result.checkpoints) !== null) return checkpointsTitle(result.checkpoints);
  if (plan.isSeries) return `${ids[0]} … ${ids.at(-1)}`;
  const names = plan.models.map((model) => model.name);
  if (names.length <= 3) return names.join(", ");
  const folder = runName(result.checkpoints);
  return folder === null ? `${names.length} models` : `${folder}, ${names.length} models`;
}

/** Title, the verdict in a sentence, and the way to the sections. */
export function pageHeader(result: AnalysisResult, plan: PagePlan, links: readonly SectionLink[]): Html {
  const { checkpoints, provenance } = result;
  const sort = plan.isSeries
    ? `series of ${checkpoints.length} checkpoints`
    : plan.models.length > 1
      ? countModels(plan.models)
      : checkpoints.at(-1)?.format;
  return resultHeader({
    kind: ["spectral analysis", sort].filter((word) => word !== undefined).join(" · "),
    version: provenance.version,
    title: pageTitle(result, plan),
    lead: lead(result, plan),
    links,
  });
}

function lead(result: AnalysisResult, plan: PagePlan): Html {
  const last = result.checkpoints.at(-1);
  if (last === undefined) return html`No checkpoint was analysed.`;
  if (plan.isSeries) return html`<span class="at">At ${last.id}:</span> ${verdictSentence(last)}`;
  if (result.checkpoints.length === 1) return html`${verdictSentence(last)}`;
  return html`${countModels(plan.models)}, in ${result.checkpoints.length} checkpoints: one model after the other.`;
}
