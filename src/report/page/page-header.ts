import type { AnalysisResult, CheckpointResult } from "../../analysis/result.ts";
import { verdictSentence } from "../describe-verdict.ts";
import type { PagePlan } from "./checkpoint-view.ts";
import { type Html, html } from "./html.ts";
import { resultHeader, type SectionLink } from "./result-header.ts";

/** What the page is about, for its title and its first heading. */
export function pageTitle(result: AnalysisResult, plan: PagePlan): string {
  const ids = result.checkpoints.map((checkpoint) => checkpoint.id);
  if (ids.length === 0) return "Nothing analysed";
  if (plan.isSeries) return seriesTitle(result.checkpoints) ?? `${ids[0]} … ${ids.at(-1)}`;
  return ids.length > 3 ? `${ids.length} checkpoints` : ids.join(", ");
}

/** The folder that all checkpoints of a series are in, and from where to where; null where there is none. */
function seriesTitle(checkpoints: readonly CheckpointResult[]): string | null {
  const folders = checkpoints.map(({ path }) => path.split(/[/\\]/).filter(isName).slice(0, -1));
  const [folder = []] = folders;
  if (folders.some((other) => other.join("/") !== folder.join("/"))) return null;
  // A training run keeps its checkpoints in a folder of that name: the run's own says more.
  const name = folder.at(-1) === "checkpoints" ? (folder.at(-2) ?? null) : (folder.at(-1) ?? null);
  if (name === null) return null;
  const range = rangeOf("steps", checkpoints, "step") ?? rangeOf("epochs", checkpoints, "epoch");
  return `${name}, ${range ?? `${checkpoints.length} checkpoints`}`;
}

function isName(part: string): boolean {
  return part !== "" && part !== "." && part !== "..";
}

function rangeOf(
  noun: string,
  checkpoints: readonly CheckpointResult[],
  key: "step" | "epoch",
): string | null {
  const numbers = checkpoints.map((checkpoint) => checkpoint[key]).filter((number) => number !== null);
  if (numbers.length < checkpoints.length) return null;
  return `${noun} ${numbers[0]} to ${numbers.at(-1)}`;
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
