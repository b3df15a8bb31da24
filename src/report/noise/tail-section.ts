import type { NoiseLayerResult } from "../../noise/result.ts";
import { formatNumber, formatWithError, missing } from "../format-number.ts";
import { dataTable } from "../page/data-table.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";

type Tail = NonNullable<NoiseLayerResult["tail"]>;

const sorts = [
  { id: "raw", title: "as they are" },
  { id: "scaled", title: "over row and column sizes" },
  { id: "control", title: "Gaussian control" },
] as const;

/** Whether the noise has heavy tails, with the doubt; null where no layer has the numbers. */
export function tailSection(layers: readonly NoiseLayerResult[]): Html | null {
  const found = layers.flatMap(({ layer, tail }) => (tail === null ? [] : [{ layer, tail }]));
  if (found.length === 0) return null;
  const verdicts = found.map(
    ({ layer, tail }) =>
      html`<li><span class="name">${breakable(layer)}</span>: <strong>${verdictText(tail)}</strong>. <span class="at">${breakable(tail.evidence)}.</span></li>`,
  );
  const rows = found.flatMap(({ layer, tail }) =>
    sorts.map(({ id, title }) => [html`${layer} <small>${title}</small>`, ...estimateCells(tail[id])]),
  );
  const heads = [
    "entries",
    "stable index",
    "Hill exponent",
    "Student degrees",
    "excess kurtosis",
    "entries counted",
  ];
  return html`<section aria-labelledby="tails">
${heading(2, "tails", "Tails of the noise")}
<p>Entries pooled over coordinates of unequal variance look heavy-tailed even where each is Gaussian. So the same estimators are run on entries over their row's and column's size, a geometric mean, and on Gaussian noise with the observed sizes: what the control shows as well is no sign of a heavy tail.</p>
<ul class="prose">${verdicts}</ul>
<details class="data"><summary>Show the estimates</summary>${dataTable(
    "Tail estimates",
    heads.map((title, i) => ({ title, isNumber: i > 0 })),
    rows,
    "A stable index of 2, no finite Student degrees and an excess kurtosis of 0 are Gaussian. Hill: exponent of P(|x| > u) by the largest 1 %.",
  )}</details>
</section>`;
}

function verdictText({ verdict }: Tail): string {
  return verdict.replaceAll("-", " ");
}

function estimateCells({ stable, hill, student, excessKurtosis, count }: Tail["raw"]): string[] {
  const text = (estimate: typeof stable) =>
    estimate === null ? missing : formatWithError(estimate.value, estimate.standardError);
  const degrees =
    student === null ? missing : student.degrees === null ? "Gaussian" : formatNumber(student.degrees);
  return [text(stable), text(hill), degrees, text(excessKurtosis), formatNumber(count, 6)];
}
