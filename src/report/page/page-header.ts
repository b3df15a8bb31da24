import type { AnalysisResult } from "../../analysis/result.ts";
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
  return ids.length > 3 ? `${ids.length} checkpoints` : ids.join(", ");
}

/** Title, the verdict in a sentence, and the way to the sections. */
export function pageHeader(result: AnalysisResult, plan: PagePlan, links: readonly SectionLink[]): Html {
  const { checkpoints, provenance } = result;
  const sort = plan.isSeries ? `series of ${checkpoints.length} checkpoints` : checkpoints.at(-1)?.format;
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
  return html`${result.checkpoints.length} checkpoints, one after the other.`;
}
