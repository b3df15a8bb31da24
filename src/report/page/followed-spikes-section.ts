import type { AnalysisResult, FollowedSpike } from "../../analysis/result.ts";
import type { VectorOverlap } from "../../analysis/trajectory-schemas.ts";
import { mostSpikesDrawn, spikeOverlaps, spikeSeries, spikeSizes } from "../charts/followed-spikes.ts";
import { renderChart } from "../charts/render-chart.ts";
import { formatNumber, formatPValue } from "../format-number.ts";
import { breakable, type Html, heading, html, trusted } from "./html.ts";
import { seriesLegend } from "./series-legend.ts";

/** Layers with charts, and rows of the table; the JSON has all. */
const layersDrawn = 3;
const rowsShown = 60;

/** Spikes over a series: their sizes, how alike they stay, and whether they drift; null where none was followed. */
export async function followedSpikesSection(
  result: AnalysisResult,
  suffix: string,
  level: 2 | 3,
): Promise<Html | null> {
  const spikes = result.followedSpikes ?? [];
  if (spikes.length === 0) return null;
  const figures: Html[] = [];
  for (const layer of strongestLayers(result, spikes))
    figures.push(await layerFigures(result, layer, spikes));
  return html`${heading(level === 2 ? 3 : 4, `followed-spikes${suffix}`, "Spikes over training")}
<p>${summarySentence(spikes)}</p>
<p class="quiet">A spike is known again by its singular vectors. It drifts where they turned by more than noise explains, had it been drawn anew between two checkpoints; noise that checkpoints share makes them more alike, so that a drift may go unseen. Dashed in the charts: the edge of the bulk, and the overlap that noise leaves.</p>
${figures}
${spikesTable(spikes)}`;
}

function summarySentence(spikes: readonly FollowedSpike[]): string {
  const count = (isCounted: (spike: FollowedSpike) => boolean) => spikes.filter(isCounted).length;
  const layers = new Set(spikes.map(({ layer }) => layer)).size;
  const of = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
  const unknown = count(({ drift }) => drift.drifts === null);
  return [
    `${of(spikes.length, "spike", "spikes")} in ${of(layers, "layer", "layers")}:`,
    `${count(({ bornAfter }) => bornAfter === null)} there from the first spectrum of their layer on, ${count(({ bornAfter }) => bornAfter !== null)} born later, ${count(({ goneBy }) => goneBy !== null)} gone before the last.`,
    `${of(
      count(({ drift }) => drift.drifts === true),
      "drifts",
      "drift",
    )} by more than noise explains${unknown > 0 ? `; of ${unknown} that is not known` : ""}.`,
  ].join(" ");
}

/** Layers whose spikes stand highest over the edge of the bulk at their last step. */
function strongestLayers({ checkpoints }: AnalysisResult, spikes: readonly FollowedSpike[]): string[] {
  const followed = new Set(spikes.map(({ layer }) => layer));
  return (checkpoints.at(-1)?.layers ?? [])
    .filter(({ layer, marchenkoPastur }) => followed.has(layer) && marchenkoPastur !== null)
    .sort((a, b) => a.marchenkoPastur!.softRank - b.marchenkoPastur!.softRank)
    .slice(0, layersDrawn)
    .map(({ layer }) => layer);
}

async function layerFigures(
  result: AnalysisResult,
  layer: string,
  all: readonly FollowedSpike[],
): Promise<Html> {
  // The largest at their last step: numbers go by first appearance.
  const spikes = all
    .filter((spike) => spike.layer === layer)
    .sort((a, b) => b.points.at(-1)!.singularValue - a.points.at(-1)!.singularValue);
  const steps = result.trajectories?.find((each) => each.layer === layer)?.steps ?? [];
  const edges = result.checkpoints.map(({ layers }) => {
    const found = layers.find((each) => each.layer === layer);
    const edge = found?.marchenkoPastur?.lambdaPlus ?? null;
    const larger = Math.max(found?.spectrum?.rows ?? 0, found?.spectrum?.columns ?? 0);
    return edge === null ? null : Math.sqrt(edge * larger);
  });
  const [strongest] = spikes as [FollowedSpike];
  const end = strongest.points.at(-1)!;
  const sizes = `${layer}: spike ${strongest.spike} goes from ${formatNumber(strongest.points[0]!.singularValue)} at step ${strongest.firstStep} to ${formatNumber(end.singularValue)} at step ${strongest.lastStep}${spikes.length > mostSpikesDrawn ? `; the largest ${mostSpikesDrawn} of ${spikes.length} spikes are drawn` : ""}.`;
  const since = end.first ?? end.previous;
  const overlaps = since
    ? `${layer}: at step ${end.step} spike ${strongest.spike} has the overlaps ${formatNumber(since.left.overlap)} (larger side) and ${formatNumber(since.right.overlap)} (smaller side) with its vectors at step ${since.step}; ${leftByNoise(since)}.`
    : `${layer}: overlaps with the first appearance.`;
  const figures: Html[] = [];
  for (const [spec, sentence] of [
    [spikeSizes(spikes, steps, edges), sizes],
    [spikeOverlaps(spikes, steps), overlaps],
  ] as const) {
    if (spec === null) continue;
    const svg = trusted(await renderChart(spec, sentence));
    figures.push(html`<figure>${svg}<figcaption>${breakable(sentence)}</figcaption></figure>`);
  }
  return html`${seriesLegend(spikeSeries(spikes), "Spikes")}
<div class="charts">${figures}</div>`;
}

/** What overlaps are to be compared with. */
function leftByNoise({ left, right }: NonNullable<FollowedSpike["points"][number]["first"]>): string {
  return left.expected === null && right.expected === null
    ? "what noise alone leaves is not known"
    : `noise alone leaves ${formatNumber(left.expected)} and ${formatNumber(right.expected)}`;
}

function spikesTable(spikes: readonly FollowedSpike[]): Html {
  const shown = spikes.slice(0, rowsShown);
  const rows = shown.map((spike) => {
    const { layer, spike: number, bornAfter, firstStep, goneBy, lastStep, points, drift } = spike;
    const end = points.at(-1)!;
    const since = end.first ?? end.previous;
    const answer = drift.drifts === null ? "not known" : drift.drifts ? "yes" : "no";
    const born = bornAfter === null ? `at ${firstStep}` : `${bornAfter} to ${firstStep}`;
    const gone = goneBy === null ? "" : `${lastStep} to ${goneBy}`;
    return html`<tr><th scope="row">${breakable(layer)}</th><td class="number">${number}</td><td class="number">${born}</td><td class="number">${gone}</td><td class="number">${formatNumber(end.singularValue)}</td><td class="number">${overlapText(since?.left)}</td><td class="number">${overlapText(since?.right)}</td><td>${answer}</td><td class="number">${formatPValue(drift.pValue)}</td></tr>`;
  });
  const more = spikes.length - rows.length;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Spikes over training"><table>
<caption>Spikes by layer and first appearance; overlaps of the last with the first, and in brackets what noise leaves: drawn anew, to the same but for its size${more > 0 && `; ${more} more are in the JSON`}</caption>
<thead><tr><th scope="col">layer</th><th scope="col" class="number">#</th><th scope="col" class="number">born, steps</th><th scope="col" class="number">gone, steps</th><th scope="col" class="number">last singular value</th><th scope="col" class="number">overlap, larger side</th><th scope="col" class="number">overlap, smaller side</th><th scope="col">drifts</th><th scope="col" class="number">p</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function overlapText(overlap: VectorOverlap | undefined): string {
  if (!overlap) return formatNumber(null);
  const { expected, sameNoise } = overlap;
  const noise =
    expected === null
      ? ""
      : ` [${formatNumber(expected, 2)}${sameNoise === null ? "" : ` to ${formatNumber(sameNoise, 2)}`}]`;
  return `${formatNumber(overlap.overlap, 2)}${noise}`;
}
