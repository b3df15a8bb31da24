import type {
  LayerResult,
  MarchenkoPasturResult,
  PowerLawResult,
  Shrinkage,
  SpectrumSummary,
} from "../../analysis/result.ts";
import { metricCatalogue } from "../../metrics/catalogue.ts";
import { type DensityData, densityData, hasDensity } from "../charts/density-data.ts";
import { eigenvalueDensity } from "../charts/eigenvalue-density.ts";
import { viewNumber } from "../charts/point-view.ts";
import { renderChart } from "../charts/render-chart.ts";
import { columnsOf } from "../columns.ts";
import { fitQuality, fitSentence, isRejected } from "../fit-quality.ts";
import { formatCount, formatNumber, formatPValue, formatWithError, missing } from "../format-number.ts";
import { shapeText } from "../layer-facts.ts";
import { type CheckpointView, cardId } from "./checkpoint-view.ts";
import { densitySentence } from "./density-sentence.ts";
import { breakable, type Html, html, trusted } from "./html.ts";
import { localisationTable } from "./localisation-table.ts";
import { permutationSentence } from "./permutation-sentence.ts";
import { quantileTable } from "./quantile-table.ts";
import { spikesTable } from "./spikes-table.ts";
import { verdictBadge } from "./verdict-badge.ts";
import { pointsText, viewFigures } from "./view-figures.ts";

/**
 * All that is known of one layer: chart, fit, numbers with their errors, outliers and data.
 *
 * @param view - the checkpoint of the layer; small cards have chart and numbers only.
 * @param layer - an analysed layer.
 * @param open - whether the card is unfolded at first.
 */
export async function layerCard(view: CheckpointView, layer: LayerResult, open: boolean): Promise<Html> {
  const id = cardId(view, layer);
  const level = view.level + 1;
  const facts = [layer.role ?? layer.kind, shapeText(layer.shape), layer.dtype, layer.block];
  const fit = layer.marchenkoPastur;
  const spectrum = layer.spectrum;
  const [firstGroup, ...groups] = numberGroups(layer);
  return html`<details class="card" id="${id}"${open && trusted(" open")}>
<summary>${trusted(`<h${level}>`)}<span class="name">${breakable(layer.layer)}</span>${trusted(`</h${level}>`)}${verdictBadge(layer.verdict)}<span class="facts">${facts.filter((fact) => fact !== null && fact !== "").join(" · ")}</span></summary>
<div class="card-body">
<a class="anchor" href="#${id}" aria-label="Link to ${layer.layer}">#</a>
<p class="evidence">${layer.verdictEvidence}</p>
${layer.secondOpinions && opinionsParagraph(layer.secondOpinions)}
${fit !== null && html`<p class="fit ${fitQuality(fit)}">${fitSentence(fit)}</p>`}
<div class="card-columns">${hasDensity(spectrum) && (await densityFigure(layer, spectrum))}${firstGroup}</div>
${view.cards === "full" && hasDensity(spectrum) && viewFigures(layer, spectrum)}
<div class="groups">${groups}</div>
${
  view.cards === "full" &&
  fit !== null && [spikesTable(fit, "above"), spikesTable(fit, "below"), localisationTable(fit)]
}
${view.cards === "full" && layer.permutationNull && permutationSentence(layer.permutationNull)}
${view.cards === "full" && hasDensity(spectrum) && quantileTable(spectrum, fit)}
</div>
</details>
`;
}

/** What other laws of noise say of a bulk that Marchenko and Pastur's does not fit. */
function opinionsParagraph(opinions: NonNullable<LayerResult["secondOpinions"]>): Html {
  const sentences = opinions.map(
    ({ name, pValue, ksDistance, fittedParameters }) =>
      `${name}: p ${formatPValue(pValue)}, Kolmogorov-Smirnov distance ${formatNumber(ksDistance, 2)}, ${fittedParameters} fitted`,
  );
  return html`<p>Other noise: ${sentences.join("; ")}.</p>`;
}

async function densityFigure(layer: LayerResult, spectrum: SpectrumSummary): Promise<Html> {
  const data = densityData(spectrum, layer.marchenkoPastur);
  const sentence = densitySentence(layer, data);
  const svg = await renderChart(eigenvalueDensity(data, { rejected: isRejected(layer) }), sentence);
  return html`<figure${densityNumbers(data, isRejected(layer))}>${trusted(svg)}<figcaption>${breakable(sentence)}</figcaption></figure>`;
}

/** The numbers of a density chart, for whoever saves them. */
function densityNumbers({ axis, bars, curve }: DensityData, rejected: boolean): Html {
  const short = (points: DensityData["bars"]) =>
    pointsText(points.map(({ x, y }) => [viewNumber(x), viewNumber(y)]));
  const law = curve.filter((_, i) => i % 2 === 0);
  const titles = axis === "log" ? "density per ln λ" : "density";
  return html` data-view="density" data-scale="${axis}" data-x="eigenvalue of WᵀW/N" data-y="${titles}" data-bars="${short(bars)}"${law.length > 0 && html` data-line="${short(law)}"`}${rejected && html` data-weak`}`;
}

/** Groups of numbers, each beside or below the chart as the width allows. */
function numberGroups(layer: LayerResult): Html[] {
  const fit = layer.marchenkoPastur;
  const groups: [string, [string, string][]][] = [
    ["Marchenko-Pastur", fit === null ? [] : fitNumbers(layer, fit)],
    ["Upper tail", layer.powerLaw === null ? [] : tailNumbers(layer, layer.powerLaw)],
    ["Upper tail on blocks", comparableNumbers(layer.comparableAlpha)],
    ["As a map of images", operatorNumbers(layer.convolutionOperator)],
    ["Without its noise", layer.shrinkage ? shrinkageNumbers(layer.shrinkage) : []],
    ["Concentration", columnNumbers(layer, "concentration.")],
    ["Stored entries", columnNumbers(layer, "spectrum.")],
    ["Further metrics", columnNumbers(layer, "metrics.")],
  ];
  return groups
    .filter(([, rows]) => rows.length > 0)
    .map(
      ([title, rows]) =>
        html`<div class="numbers"><p class="group">${title}</p><dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>`,
    );
}

/** Where the law is rejected its scale and edges are not put forward; its distance and p are. */
function fitNumbers(layer: LayerResult, fit: MarchenkoPasturResult): [string, string][] {
  const shown = columnNumbers(layer, "marchenkoPastur.");
  return fitQuality(fit) === "rejected" ? [["fit", "rejected"], ...shown] : shown;
}

/** Whether it is a power law comes first; the rest only where there is a tail to speak of. */
function tailNumbers(layer: LayerResult, tail: PowerLawResult): [string, string][] {
  const answer: [string, string] = ["power law", tail.reliable ? "yes" : `no: ${tail.reason}`];
  const other = (tail.alternatives ?? []).map(({ law, logLikelihoodRatio, pValue }): [string, string] => [
    `against ${law.replaceAll("-", " ")}`,
    `log likelihood ratio ${formatNumber(logLikelihoodRatio)}, p ${formatPValue(pValue)}`,
  ]);
  return tail.alpha === null ? [answer] : [answer, ...columnNumbers(layer, "powerLaw."), ...other];
}

/** An exponent to compare with those of other layers of the run, whose blocks have the same shape. */
function comparableNumbers(found: LayerResult["comparableAlpha"]): [string, string][] {
  if (found === undefined) return [];
  if (found === null) return [["alpha", missing]];
  const { alpha, standardDeviation, blocks, blocksUsed, blockRows, blockColumns } = found;
  return [
    ["alpha", formatNumber(alpha)],
    ["its standard deviation over blocks", formatNumber(standardDeviation)],
    ["a block", shapeText([blockRows, blockColumns])],
    ["blocks used", `${formatCount(blocksUsed)} of ${formatCount(blocks)}`],
  ];
}

/** The singular values of a convolution's operator, not of its kernel read as a matrix. */
function operatorNumbers(found: LayerResult["convolutionOperator"]): [string, string][] {
  if (!found) return [];
  const { inputSize, count, maxSingularValue, minSingularValue, errorBound, quantiles } = found;
  return [
    ["places of an image", shapeText(inputSize)],
    ["singular values", formatCount(count)],
    ["the largest", formatNumber(maxSingularValue)],
    ["the median", formatNumber(quantiles[(quantiles.length - 1) / 2])],
    [
      "the smallest",
      minSingularValue > errorBound ? formatNumber(minSingularValue) : `≤ ${formatNumber(errorBound)}`,
    ],
  ];
}

/** What optimal shrinkage and truncation would keep. */
function shrinkageNumbers(advice: Shrinkage): [string, string][] {
  return [
    ["rank to keep", String(advice.rank)],
    [
      "error of what was found, relative",
      formatWithError(advice.relativeError, advice.relativeErrorStandardError),
    ],
    ["energy kept", formatNumber(advice.energyKept)],
    ["hard threshold", formatNumber(advice.hardThreshold)],
    [
      "rank over it",
      `${advice.hardThresholdRank} (error ${formatNumber(advice.hardThresholdRelativeError)})`,
    ],
  ];
}

/** Standard errors and the ends of intervals stand beside their numbers. */
const besideOthers = new Set(
  metricCatalogue.flatMap(({ standardError, interval }) => [standardError, `${interval}.0`, `${interval}.1`]),
);

function columnNumbers(layer: LayerResult, prefix: string): [string, string][] {
  return columnsOf([layer])
    .filter(({ id }) => id.startsWith(prefix) && !id.includes("Null.") && !besideOthers.has(id))
    .map((column): [string, string] => [column.title, column.text(layer)]);
}
