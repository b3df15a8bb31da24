import type { NoiseLayerResult, NoiseMatrixResult } from "../../noise/result.ts";
import { lawDensity } from "../charts/law-density.ts";
import type { LayerSeries } from "../charts/layer-series.ts";
import { seriesLooks } from "../charts/series-looks.ts";
import { formatNumber, formatPValue, missing } from "../format-number.ts";
import { shapeText } from "../layer-facts.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { breakable, type Html, heading, html, trusted } from "../page/html.ts";
import { lineLegend } from "../page/line-legend.ts";
import { noiseDensity } from "./noise-density.ts";
import { lawTally, matrixMeaning, matrixOf, matrixTitle, rejectionLevel } from "./noise-words.ts";

/** The matrices that are drawn: raw, accumulated, whitened, and what pure noise looks like. */
const drawnMatrices = ["single-batch", "random-signs", "whitened", "gaussian"];
/** Cards unfolded at first. */
const unfolded = 2;

/** Each layer's noise: spectra with the laws over them, and distances with p-values. */
export async function spectraSection(layers: readonly NoiseLayerResult[]): Promise<Html | null> {
  if (layers.length === 0) return null;
  const names = [
    ...new Set(
      layers.flatMap(({ matrices }) => matrices.flatMap(({ laws }) => laws.map(({ name }) => name))),
    ),
  ];
  const looks = seriesLooks(names);
  const cards: Html[] = [];
  for (const [i, layer] of layers.entries()) cards.push(await layerCard(layer, looks, i));
  return html`<section aria-labelledby="spectra">
${heading(2, "spectra", "Spectra of the noise")}
<p class="quiet">Bars are the eigenvalues of WᵀW of a noise matrix over their mean, which laws have as well. Marchenko-Pastur has independent entries of one size; the product law independent inputs and gradients, finitely many; the separable law the covariances of held-out batches. p counts simulated matrices of the law that lie as far from it; it is rejected at p ≤ ${rejectionLevel}.</p>
${tallyTable(layers, names)}
${lineLegend(looks, "Laws")}
<p class="fold" hidden><button type="button" data-fold="open">Unfold all</button> <button type="button" data-fold="close">Fold all</button></p>
${cards}
</section>`;
}

/** On how many layers each law is not rejected. */
function tallyTable(layers: readonly NoiseLayerResult[], names: readonly string[]): Html {
  const laws = layers.flatMap(({ matrices }) => matrices.flatMap((matrix) => matrix.laws));
  const idOf = (name: string) => laws.find((each) => each.name === name)!.law;
  const kinds = [...new Set(layers.flatMap(({ matrices }) => matrices.map(({ matrix }) => matrix)))];
  const rows = kinds.map((matrix) => [
    html`${matrixTitle({ matrix })} <small>${matrixMeaning({ matrix })}</small>`,
    ...names.map((name) => {
      const { tested, kept } = lawTally(layers, matrix, idOf(name), rejectionLevel);
      return tested === 0 ? missing : `${kept} of ${tested}`;
    }),
  ]);
  const heads = [{ title: "matrix" }, ...names.map((title) => ({ title, isNumber: true }))];
  return dataTable(
    "Layers on which a law is not rejected",
    heads,
    rows,
    "Layers on which the law is not rejected",
  );
}

async function layerCard(
  layer: NoiseLayerResult,
  looks: readonly LayerSeries[],
  place: number,
): Promise<Html> {
  const figures: Html[] = [];
  for (const name of drawnMatrices) {
    const matrix = matrixOf(layer, name);
    const figure = matrix && (await matrixFigure(matrix, looks));
    if (figure) figures.push(figure);
  }
  const facts = [
    layer.role,
    shapeText(layer.shape),
    `noise over signal ${formatNumber(layer.noiseToSignal)}`,
  ];
  return html`<details class="card" id="layer-${place}"${place < unfolded && trusted(" open")}>
<summary><h3><span class="name">${breakable(layer.layer)}</span></h3><span class="facts">${facts.filter((fact) => fact !== null).join(" · ")}</span></summary>
<div class="card-body">
<a class="anchor" href="#layer-${place}" aria-label="Link to ${layer.layer}">#</a>
<div class="charts">${figures}</div>
${lawTable(layer)}
${shapeTable(layer)}
</div>
</details>
`;
}

async function matrixFigure(matrix: NoiseMatrixResult, looks: readonly LayerSeries[]): Promise<Html | null> {
  const data = noiseDensity(matrix);
  if (data === null) return null;
  const spec = lawDensity(data, looks, "eigenvalue over the mean");
  return await chartFigure(spec, matrixSentence(matrix));
}

function matrixSentence(matrix: NoiseMatrixResult): string {
  const tested = matrix.laws.filter(
    (law): law is typeof law & { ksDistance: number } => law.ksDistance !== null,
  );
  const nearest = [...tested].sort((a, b) => a.ksDistance - b.ksDistance)[0];
  const title = matrixTitle(matrix);
  const start = `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
  if (nearest === undefined) return `${start}: no law was held against it.`;
  const { name, pValue, ksDistance } = nearest;
  const law = name.endsWith(" law") ? `${name.charAt(0).toLowerCase()}${name.slice(1)}` : `${name} law`;
  const p =
    pValue === null ? "" : `, p = ${formatPValue(pValue)}${pValue > rejectionLevel ? "" : ", rejected"}`;
  return `${start}: nearest is the ${law}, KS distance ${formatNumber(ksDistance, 2)}${p}.`;
}

/** KS distances with p-values, a row a matrix. */
function lawTable({ layer, matrices }: NoiseLayerResult): Html {
  const names = [...new Set(matrices.flatMap(({ laws }) => laws.map(({ name }) => name)))];
  const rows = matrices.map((matrix) => [
    html`<span title="${matrixMeaning(matrix)}">${matrixTitle(matrix)}</span>`,
    ...names.map((name) => lawCell(matrix, name)),
    matrix.reason ?? matrix.verdict ?? missing,
  ]);
  const heads = [
    { title: "matrix" },
    ...names.map((name) => ({ title: name, isNumber: true })),
    { title: "verdict of an analysis" },
  ];
  return dataTable(
    `Laws and noise of ${layer}`,
    heads,
    rows,
    "KS distance of all eigenvalues over their mean, zeros counted, and p-value",
  );
}

function lawCell({ laws }: NoiseMatrixResult, name: string): Html | string {
  const law = laws.find((each) => each.name === name);
  if (law === undefined || law.ksDistance === null)
    return html`<span title="${law?.reason}">${missing}</span>`;
  const p =
    law.pValue === null
      ? ""
      : `p ${formatPValue(law.pValue)}${law.pValue > rejectionLevel ? "" : ", rejected"}`;
  return html`${formatNumber(law.ksDistance, 2)} <small>${p}</small>`;
}

/** How concentrated each spectrum is. */
function shapeTable({ layer, matrices }: NoiseLayerResult): Html {
  const rows = matrices.map(
    ({ concentration, metrics, participationRatio, marchenkoPastur, samples, ...matrix }) => [
      matrixTitle(matrix),
      `${matrix.rows} × ${matrix.columns}`,
      samples === null ? missing : formatNumber(samples, 6),
      formatNumber(concentration?.rank),
      formatNumber(concentration?.ratio),
      formatNumber(concentration?.majorityRatio),
      formatNumber(metrics?.stableRank),
      formatNumber(participationRatio),
      formatNumber(marchenkoPastur?.spikes.length),
    ],
  );
  const heads = [
    "matrix",
    "shape",
    "samples",
    "rank",
    "s₁/sᵣ",
    "majority ratio",
    "stable rank",
    "participation",
    "outliers",
  ];
  return html`<details class="data"><summary>Show ranks and concentration</summary>${dataTable(
    `Concentration of the noise of ${layer}`,
    heads.map((title, i) => ({ title, isNumber: i > 0 })),
    rows,
    "Samples: outer products that are summed. Majority ratio: of the ends of the shortest interval of log eigenvalues that holds 80 % of those above zero.",
  )}</details>`;
}
