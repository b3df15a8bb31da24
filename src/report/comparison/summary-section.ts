import type { ComparedCheckpoint, ComparisonResult } from "../../comparison/result.ts";
import { formatCount, missing } from "../format-number.ts";
import { dataTable } from "../page/data-table.ts";
import { tile } from "../page/headline-tile.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";
import { metricTitle, signed, summaryIds } from "./comparison-columns.ts";
import { hasWeights, movementOf, percentText, stateTexts } from "./comparison-words.ts";

/** What was compared, headline numbers, and how often each metric moved. */
export function comparisonSummarySection(result: ComparisonResult): Html {
  const { a, b } = result;
  return html`<section aria-labelledby="summary">
${heading(2, "summary", "Summary")}
<dl class="plain">${[
    ["A", a],
    ["B", b],
  ].map(([side, checkpoint]) => sideLine(side as string, checkpoint as ComparedCheckpoint))}</dl>
${tiles(result)}
${metricTable(result)}
</section>`;
}

function sideLine(side: string, { path, step, epoch, from, format }: ComparedCheckpoint): Html {
  const when = step !== null ? `, step ${step}` : epoch !== null ? `, epoch ${epoch}` : "";
  const sort = from === "result" ? "saved analysis" : format;
  return html`<div><dt>${side}</dt><dd><span class="name">${breakable(path)}</span>${when} (${sort})</dd></div>`;
}

function tiles(result: ComparisonResult): Html {
  const { totals, layers } = result;
  const moves = layers.flatMap((layer) => movementOf(layer) ?? []).sort((x, y) => x - y);
  const median = moves.length === 0 ? null : moves[Math.floor((moves.length - 1) / 2)]!;
  const unmoved = `${formatCount(totals.identical)} identical, ${formatCount(totals.none)} within rounding`;
  const spiked = layers.flatMap(({ change }) => change?.marchenkoPastur ?? []);
  const few = spiked.filter(({ spikes }) => spikes.length > 0).length;
  return html`<dl class="headlines">
${tile("Layers moved", `${totals.moved} of ${totals.compared}`, unmoved)}
${tile("Median change", percentText(median), hasWeights(result) ? "of the layer's norm" : "of the layer's norm at least, by the spectra")}
${
  hasWeights(result)
    ? tile(
        "Changes with outliers",
        spiked.length === 0 ? missing : `${few} of ${spiked.length}`,
        "directions of W_B − W_A that stand out of its bulk",
      )
    : null
}
${tile("Verdicts changed", formatCount(totals.verdictChanged), `${formatCount(totals.onlyInA)} layers only in A, ${formatCount(totals.onlyInB)} only in B`)}
</dl>`;
}

function metricTable({ summary }: ComparisonResult): Html {
  const states = ["moved", "unsure", "none", "unreliable", "unknown"] as const;
  const heads = [
    { title: "metric" },
    { title: "median of B − A", isNumber: true },
    ...states.map((state) => ({
      title: html`<span title="${stateTexts[state].meaning}">${stateTexts[state].title}</span>`,
      isNumber: true,
    })),
  ];
  const rowOf = (id: string) => {
    const { medianDifference, ...counts } = summary[id]!;
    return [
      html`<span title="${id}">${metricTitle(id)}</span>`,
      signed(medianDifference),
      ...states.map((state) => formatCount(counts[state])),
    ];
  };
  const [headlines, every] = [summaryIds(summary, "headlines"), summaryIds(summary, "all")];
  const caption = "Layers in which a metric's difference is more than twice its error, more than it, or none";
  return html`${dataTable("Headline metrics", heads, headlines.map(rowOf), caption)}
<details class="data"><summary>Show all ${every.length} metrics</summary>${dataTable("All metrics", heads, every.map(rowOf), caption)}</details>`;
}
