import type { ComparedLayer, MetricDifference, SubspaceOverlap } from "../../comparison/result.ts";
import { densityData, hasDensity } from "../charts/density-data.ts";
import { eigenvalueDensity } from "../charts/eigenvalue-density.ts";
import { pairedDensity } from "../charts/paired-density.ts";
import { fitQuality, fitSentence, isRejected } from "../fit-quality.ts";
import { formatNumber, missing } from "../format-number.ts";
import { shapeText } from "../layer-facts.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { densitySentence } from "../page/density-sentence.ts";
import { breakable, type Html, html, trusted } from "../page/html.ts";
import { spikesTable } from "../page/spikes-table.ts";
import { metricTitle, signed, verdictsText } from "./comparison-columns.ts";
import { changeAsLayer, errorTexts, percentText, stateTexts } from "./comparison-words.ts";

/** Id of the card of a layer, by its place. */
export function comparedCardId(place: number): string {
  return `layer-${place}`;
}

/**
 * All that is known of how one layer moved: the spectrum of the change, subspaces in common, every metric's difference.
 *
 * @param isDrawn - whether it has a chart. @param isOpen - whether it is unfolded at first.
 */
export async function differenceCard(
  layer: ComparedLayer,
  place: number,
  { isDrawn, isOpen }: { readonly isDrawn: boolean; readonly isOpen: boolean },
): Promise<Html> {
  const id = comparedCardId(place);
  const { change, overlaps, role, kind, shape, dtypes, block } = layer;
  const dtype = dtypes.a === dtypes.b ? dtypes.b : `${dtypes.a} → ${dtypes.b}`;
  const facts = [role ?? kind, shapeText(shape), dtype, block, movedText(layer)];
  const fit = change?.marchenkoPastur ?? null;
  return html`<details class="card" id="${id}"${isOpen && trusted(" open")}>
<summary><h3><span class="name">${breakable(layer.layer)}</span></h3><span class="verdict">${verdictsText(layer)}</span><span class="facts">${facts.filter((fact) => fact !== null && fact !== "").join(" · ")}</span></summary>
<div class="card-body">
<a class="anchor" href="#${id}" aria-label="Link to ${layer.layer}">#</a>
<p class="evidence">${movementSentence(layer)}</p>
${change?.verdictEvidence && html`<p class="evidence">The change by itself: ${change.verdictEvidence}.</p>`}
${fit !== null && html`<p class="fit ${fitQuality(fit)}">${fitSentence(fit)}</p>`}
<div class="card-columns">${isDrawn && [await spectraFigure(layer), await changeFigure(layer)]}${overlaps !== null && overlaps.length > 0 && overlapTable(layer, overlaps)}</div>
${fit !== null && spikesTable(fit, "above")}
${differenceTable(layer)}
</div>
</details>
`;
}

function movedText({ state, relativeChange, spectralDistance }: ComparedLayer): string {
  if (state === "identical") return "identical";
  if (relativeChange !== null) return `moved ${percentText(relativeChange)}`;
  return spectralDistance === null ? "" : `spectrum moved ${percentText(spectralDistance)}`;
}

function movementSentence(layer: ComparedLayer): string {
  const { state, relativeChange, relativeChangeError, spectralDistance } = layer;
  const spectra = `The spectra differ by ${percentText(spectralDistance)} of the norm`;
  if (state === "identical") return "Every entry is the same in A and B.";
  if (relativeChange === null) return `${spectra}; the weights themselves were not at hand.`;
  const rounding = percentText(relativeChangeError, 2);
  const moved = `‖W_B − W_A‖ is ${percentText(relativeChange)} of ‖W_A‖`;
  return state === "none"
    ? `${moved}, no more than twice what rounding of the stored entries makes (${rounding}).`
    : `${moved}; rounding of the stored entries makes ${rounding}. ${spectra}.`;
}

async function changeFigure(layer: ComparedLayer): Promise<Html | null> {
  const row = changeAsLayer(layer);
  if (!row || !hasDensity(row.spectrum)) return null;
  const data = densityData(row.spectrum, row.marchenkoPastur);
  const spec = eigenvalueDensity(data, { rejected: isRejected(row) });
  return await chartFigure(spec, `Eigenvalues of the change. ${densitySentence(row, data)}`);
}

/** The densities of both sides. */
async function spectraFigure({ spectra, differences, rows, columns }: ComparedLayer): Promise<Html | null> {
  if (!spectra || !hasDensity(spectra.a) || !hasDensity(spectra.b)) return null;
  const edges = differences["marchenkoPastur.lambdaPlus"];
  const edge = Math.max(edges?.a ?? 0, edges?.b ?? 0) || null;
  const { spec, beyond } = pairedDensity(spectra.a, spectra.b, edge);
  const larger = Math.max(rows, columns);
  const [from = null, to = null] = [spectra.a, spectra.b].map(({ top: [largest] }) =>
    largest === undefined ? null : largest ** 2 / larger,
  );
  const { count } = spectra.b;
  const [inA, inB] = beyond.map((share) => Math.round(share * count));
  const right = inA || inB ? ` Right of the axis lie ${inA} eigenvalues of A and ${inB} of B.` : "";
  return await chartFigure(
    spec,
    `Eigenvalues of A (line) and of B (filled); the largest goes from ${formatNumber(from)} to ${formatNumber(to)}.${right}`,
  );
}

function overlapTable({ layer }: ComparedLayer, overlaps: readonly SubspaceOverlap[]): Html {
  const side = ({ overlap, random, randomStandardDeviation }: SubspaceOverlap["left"]) =>
    html`${formatNumber(overlap, 2)} <small>[${formatNumber(random, 2)} ± ${formatNumber(randomStandardDeviation, 1)}]</small>`;
  const rows = overlaps.map(({ dimension, left, right, gapA, gapB }) => [
    dimension,
    side(left),
    side(right),
    formatNumber(gapA, 2),
    formatNumber(gapB, 2),
  ]);
  const heads = ["leading directions", "larger side", "smaller side", "gap in A", "gap in B"];
  return html`<div>${dataTable(
    `Subspaces in common of ${layer}`,
    heads.map((title) => ({ title, isNumber: true })),
    rows,
    "Singular subspaces of A and B in common: mean squared cosine [random ones], 1 where they are the same",
  )}</div>`;
}

/** The state of a difference as mark and words. */
function stateBadge({ state }: MetricDifference): Html {
  const { mark, title, meaning } = stateTexts[state];
  return html`<span title="${meaning}"><span aria-hidden="true">${mark}</span> ${title}</span>`;
}

function differenceTable({ layer, differences }: ComparedLayer): Html {
  const rows = Object.entries(differences).map(([id, difference]) => [
    html`<span title="${id}">${metricTitle(id)}</span>`,
    formatNumber(difference.a, 4),
    formatNumber(difference.b, 4),
    signed(difference.difference),
    difference.error === null
      ? missing
      : html`${formatNumber(difference.error, 2)} <small>${difference.errorKind && errorTexts[difference.errorKind]}</small>`,
    stateBadge(difference),
  ]);
  const heads = ["A", "B", "B − A", "error"].map((title) => ({ title, isNumber: true }));
  return html`<details class="data"><summary>Show the metrics</summary>${dataTable(
    `Metrics of ${layer}`,
    [{ title: "metric" }, ...heads, { title: "difference" }],
    rows,
  )}</details>`;
}
