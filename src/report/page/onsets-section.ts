import type { AnalysisResult, LayerOnset } from "../../analysis/result.ts";
import { renderChart } from "../charts/render-chart.ts";
import { sparsityAndNoise } from "../charts/sparsity-and-noise.ts";
import { formatNumber } from "../format-number.ts";
import { breakable, type Html, heading, html, trusted } from "./html.ts";

/** Blocks with a chart: evenly over the depth. */
const blocksDrawn = 4;

/** Events of a result, as they head the columns of the table. */
const events = [
  ["not-noise-like", "verdict is no longer noise-like"],
  ["spikes", "spikes"],
  ["bulk-not-marchenko-pastur", "bulk is not Marchenko-Pastur"],
  ["activated-ratio-falls", "activated ratio falls"],
  ["activated-ratio-halfway", "half of its change"],
] as const;

/** When layers leave noise and sparsity appears; null where nothing sets in. */
export async function onsetsSection(
  result: AnalysisResult,
  suffix: string,
  level: 2 | 3,
): Promise<Html | null> {
  const onsets = result.onsets ?? [];
  if (!onsets.some(({ by }) => by !== null)) return null;
  // The test part is drawn where there is one: training logs another batch at each step.
  const part = onsets.some((each) => each.part === "test") ? "test" : "train";
  return html`${heading(level === 2 ? 3 : 4, `onsets${suffix}`, "When it sets in")}
<p class="quiet">Between which two steps each of these set in for good: it holds at all later steps. A question mark: at the last one alone.</p>
<div class="charts">${await blockFigures(result, onsets, part)}</div>
${onsetsTable(onsets)}`;
}

function onsetsTable(onsets: readonly LayerOnset[]): Html {
  const layers = new Set(onsets.filter(({ by }) => by !== null).map(({ layer }) => layer));
  const parts = Array.from(new Set(onsets.map(({ part }) => part)));
  const columns = events.flatMap(([event, title]) =>
    parts
      .filter((part) => onsets.some((each) => each.event === event && each.part === part))
      .map((part) => ({ event, part, title: part === null ? title : `${title} (${part})` })),
  );
  const rows = Array.from(layers, (layer) => {
    const cells = columns.map(({ event, part }) => {
      const found = onsets.find((each) => each.layer === layer && each.event === event && each.part === part);
      return html`<td class="number">${found ? intervalText(found) : ""}</td>`;
    });
    return html`<tr><th scope="row">${breakable(layer)}</th>${cells}</tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Onsets"><table>
<caption>Onsets: the last step before, and the first from which on it holds; layers where nothing sets in are left out</caption>
<thead><tr><th scope="col">layer</th>${columns.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function intervalText({ after, by, checkpoints }: LayerOnset): string {
  if (by === null) return formatNumber(null);
  if (after === null) return `at ${by}`;
  return `${after} to ${by}${checkpoints === 1 ? " ?" : ""}`;
}

async function blockFigures(
  { measured = [], trajectories = [] }: AnalysisResult,
  onsets: readonly LayerOnset[],
  part: string,
): Promise<Html[]> {
  const blocks = measured.flatMap((each) => {
    const spectra = trajectories.find(({ layer }) => layer === each.layer);
    const { activatedRatio } = each.values;
    return each.part === part && spectra && activatedRatio ? [{ ...each, activatedRatio, spectra }] : [];
  });
  const stride = Math.max(1, (blocks.length - 1) / (blocksDrawn - 1));
  const drawn = blocks.filter((_, i) => i === Math.round(Math.round(i / stride) * stride));
  const figures: Html[] = [];
  for (const { layer, steps, activatedRatio, spectra } of drawn) {
    const onsetOf = (event: string) =>
      onsets.find((each) => each.layer === layer && each.event === event && (each.part ?? part) === part);
    const distances = spectra.values["marchenkoPastur.ksDistance"] ?? [];
    const spec = sparsityAndNoise(
      { steps, values: activatedRatio },
      { steps: spectra.steps, values: distances },
      onsetOf("activated-ratio-falls"),
      onsetOf("not-noise-like"),
    );
    if (spec === null) continue;
    const ends = (values: readonly (number | null)[]) => {
      const known = values.filter((value) => value !== null);
      return `from ${formatNumber(known.at(0))} to ${formatNumber(known.at(-1))}`;
    };
    const sentence = `${layer}: activated ratio on the ${part} part ${ends(activatedRatio)} (triangles), Kolmogorov-Smirnov distance from the Marchenko-Pastur law ${ends(distances)} (circles). Bands: where the one falls below its start for good, and the other's verdict leaves noise-like.`;
    const svg = trusted(await renderChart(spec, sentence));
    figures.push(html`<figure>${svg}<figcaption>${breakable(sentence)}</figcaption></figure>`);
  }
  return figures;
}
