import type { AnalysisResult, CheckpointResult, Provenance } from "../../analysis/result.ts";
import { formatCount } from "../format-number.ts";
import { renderJson } from "../json.ts";
import { breakable, type Content, type Html, heading, html } from "./html.ts";

/**
 * What one needs to get the same result again. `provenance.run` (times, host, cache hits) is left
 * out: equal runs give equal pages.
 *
 * @param result - of any sort.
 * @param more - what else one needs to know. @param command - that makes it again.
 */
export function reproductionSection(
  { provenance }: { readonly provenance: Provenance },
  more: Content = null,
  command: string | null = null,
): Html {
  const { tool, version, schema, configuration, seed, engine, files } = provenance;
  const facts: [string, string][] = [
    ["Tool", `${tool} ${version}`],
    ["Schema", schema],
    ["Seed", String(seed)],
    ["Engine", engine],
  ];
  const isHashed = files.some(({ sha256 }) => sha256 !== undefined);
  const rows = files.map(
    (file) =>
      html`<tr><th scope="row" class="name">${breakable(file.path)}</th><td class="number">${file.sizeBytes === null ? "" : formatCount(file.sizeBytes)}</td>${isHashed && html`<td class="name hash">${file.sha256}</td>`}</tr>`,
  );
  return html`<section aria-labelledby="reproduction">
${heading(2, "reproduction", "Reproduction")}
${command !== null && copied("The command", "command", command)}
<dl class="plain">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${copied("Options that shape the result", "configuration", renderJson(configuration))}
${rows.length > 0 && html`<div class="scroll" tabindex="0" role="group" aria-label="Files"><table class="narrow"><caption>Files read</caption><thead><tr><th scope="col">file</th><th scope="col" class="number">bytes of tensors</th>${isHashed && html`<th scope="col">SHA-256 of the file</th>`}</tr></thead><tbody>${rows}</tbody></table></div>`}
${more}
</section>`;
}

/** A text to take along; the script adds a button that copies it. */
function copied(title: string, what: string, text: string): Html {
  return html`<div class="copied"><p>${title}:</p><pre tabindex="0" aria-label="${title}" data-copy="${what}">${text}</pre></div>`;
}

/** Warnings of a result as a whole; null when there are none. */
export function warningsSection(result: Pick<AnalysisResult, "warnings">): Html | null {
  if (result.warnings.length === 0) return null;
  return html`<section aria-labelledby="warnings">
${heading(2, "warnings", "Warnings")}
<ul class="warnings">${result.warnings.map((warning) => html`<li>${breakable(warning)}</li>`)}</ul>
</section>`;
}

/** Files of a checkpoint that were not read, and why; null when there are none. */
export function leftOut(checkpoint: CheckpointResult): Html | null {
  if (checkpoint.leftOut.length === 0) return null;
  const items = checkpoint.leftOut.map(
    (file) => html`<li><span class="name">${file.path}</span>: ${file.reason}. ${file.detail}</li>`,
  );
  return html`<p>Left out of <span class="name">${checkpoint.id}</span>:</p><ul>${items}</ul>`;
}
