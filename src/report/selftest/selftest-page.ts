import type { SelftestResult } from "../../selftest/result.ts";
import { renderChart } from "../charts/render-chart.ts";
import { formatCount } from "../format-number.ts";
import { type Html, heading, html, trusted } from "../page/html.ts";
import { pageDocument } from "../page/page-document.ts";
import { resultHeader } from "../page/result-header.ts";
import { studyChart } from "./selftest-chart.ts";
import { boundText, outcomeText, type SelftestStudy, selftestSentence, valueText } from "./selftest-rows.ts";

/** The error rates of the package as one page that stands alone. */
export async function selftestPage(result: SelftestResult): Promise<string> {
  const { version, seed, engine, configuration } = result.provenance;
  const header = resultHeader({
    kind: "self-test",
    version,
    title: "Error rates",
    lead: selftestSentence(result),
    links: result.studies,
  });
  const sections = [];
  for (const study of result.studies) sections.push(await studySection(study));
  const facts = html`<section aria-labelledby="reproduction">
${heading(2, "reproduction", "Reproduction")}
<dl class="plain"><div><dt>Tool</dt><dd>marchenko ${version}</dd></div><div><dt>Seed</dt><dd>${seed}</dd></div><div><dt>Engine</dt><dd>${engine}</dd></div><div><dt>Repetitions</dt><dd>${configuration.quick ? "a tenth (--quick)" : "all"}</dd></div></dl>
</section>
`;
  return pageDocument("Self-test", header, [...sections, facts]);
}

async function studySection(study: SelftestStudy): Promise<Html> {
  const { id, title, method, source, rows } = study;
  const chart = studyChart(study);
  const sentence = `${title}: values with two standard errors either way, and what they are held to.`;
  const figure =
    chart &&
    html`<figure>${trusted(await renderChart(chart, sentence))}<figcaption>${sentence}</figcaption></figure>`;
  const body = rows.map((row) => {
    const { mark, word } = outcomeText(row);
    return html`<tr><th scope="row">${row.circumstances}</th><td>${row.quantity}</td><td class="number">${valueText(row)}</td><td class="number">${boundText(row)}</td><td>${mark} ${word}</td><td class="number">${formatCount(row.repetitions)}</td></tr>`;
  });
  return html`<section aria-labelledby="${id}">
${heading(2, id, title)}
<p>${method}</p>
${figure}
<div class="scroll" tabindex="0" role="group" aria-label="${title}"><table><thead><tr><th scope="col">circumstances</th><th scope="col">quantity</th><th scope="col" class="number">value</th><th scope="col" class="number">bound</th><th scope="col">outcome</th><th scope="col" class="number">repetitions</th></tr></thead><tbody>${body}</tbody></table></div>
<p>Source: ${source}.</p>
</section>
`;
}
