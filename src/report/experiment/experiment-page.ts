import type { ExperimentResult } from "../../experiments/result.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";
import { pageDocument } from "../page/page-document.ts";
import { reproductionSection, warningsSection } from "../page/reproduction-section.ts";
import { resultHeader } from "../page/result-header.ts";
import { claimsSection } from "./claims-section.ts";
import { curvesSection } from "./curves-section.ts";
import { experimentSentence } from "./experiment-text.ts";
import { functionsSection } from "./functions-section.ts";
import { resultsSection } from "./results-section.ts";
import { runsSection } from "./runs-section.ts";

/**
 * An experiment as one HTML page that stands alone: the verdicts first, then the numbers they rest on, what they don't
 * show, and how to run it again, here or at full scale.
 *
 * @param result - of an experiment; its texts may be hostile.
 * @returns the page; the same result gives the same bytes, whatever `provenance.run` says.
 */
export async function experimentPage(result: ExperimentResult): Promise<string> {
  const { provenance, scale, quick, seeds, title } = result;
  const sections: readonly { readonly id: string; readonly title: string; readonly content: Html | null }[] =
    [
      { id: "claims", title: "Claims", content: claimsSection(result) },
      { id: "results", title: "Results", content: await resultsSection(result) },
      { id: "curves", title: "Curves", content: await curvesSection(result) },
      { id: "functions", title: "Activation functions", content: await functionsSection(result) },
      { id: "limits", title: "What this does not show", content: limitsSection(result) },
      { id: "literature", title: "The literature", content: literatureSection(result) },
      { id: "warnings", title: "Warnings", content: warningsSection(result) },
      { id: "runs", title: "Runs", content: runsSection(result) },
      { id: "reproduction", title: "Reproduction", content: reproductionSection(result, commands(result)) },
    ];
  const present = sections.filter((section) => section.content !== null);
  const sorts = ["experiment", `${scale} scale`, `${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`];
  const header = resultHeader({
    kind: [...sorts, ...(quick ? ["quick"] : [])].join(" · "),
    version: provenance.version,
    title,
    lead: html`${experimentSentence(result)} <span class="at">${breakable(result.question)}</span>`,
    links: present,
  });
  return pageDocument(
    title,
    header,
    present.map((section) => html`${section.content}\n`),
  );
}

function limitsSection({ limits }: ExperimentResult): Html | null {
  if (limits.length === 0) return null;
  return html`<section aria-labelledby="limits">
${heading(2, "limits", "What this does not show")}
<ul class="prose">${limits.map((limit) => html`<li>${breakable(limit)}</li>`)}</ul>
</section>`;
}

function literatureSection({ literature }: ExperimentResult): Html | null {
  if (literature.length === 0) return null;
  const items = literature.map(
    ({ statement, source }) =>
      html`<li>${breakable(statement)} <span class="at">${breakable(source)}</span></li>`,
  );
  return html`<section aria-labelledby="literature">
${heading(2, "literature", "What the literature states")}
<ul class="prose">${items}</ul>
</section>`;
}

/** A word of a command line: POSIX shells take it as it is. */
function quoted(word: string): string {
  return /^[\w./:=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** How to run it again, and with the networks and the data of the paper. */
function commands({ name, scale, quick, provenance }: ExperimentResult): Html {
  const { configuration, seed } = provenance;
  const { data } = configuration;
  const set = Array.isArray(configuration.set) ? configuration.set : [];
  const again = [
    "marchenko experiment",
    name,
    scale === "full" && "--scale full",
    typeof data === "string" && `--data ${quoted(data)}`,
    quick && "--quick",
    seed !== 0 && `--seed ${seed}`,
    ...set.map((each) => `--set ${quoted(String(each))}`),
  ];
  return html`<p>The same experiment again; a folder that holds some of its runs is gone on with:</p>
<pre tabindex="0" aria-label="Command">${again.filter(Boolean).join(" ")} --out ${name}</pre>
<p>${quick && html`Without <code>--quick</code> it has the seeds that a verdict needs. `}With the networks of the paper, on data that you have (ViT-B on ImageNet, T5-Base on C4; <code>marchenko experiment --help</code> names the data sets):</p>
<pre tabindex="0" aria-label="Command at full scale">marchenko experiment ${name} --scale full --data NAME:PATH --out ${name}-full</pre>`;
}
