import type { NoiseLayerResult } from "../../noise/result.ts";
import { blockProfile } from "../charts/block-profile.ts";
import { seriesLooks } from "../charts/series-looks.ts";
import { formatAnySize, formatNumber, missing } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";

const sides = [
  { id: "inputs", name: "inputs" },
  { id: "activationGradients", name: "gradients of activations, g" },
  { id: "outputGradients", name: "gradients of outputs" },
] as const;

/** How far features and gradients are from isotropic; null where no layer has the numbers. */
export async function anisotropySection(layers: readonly NoiseLayerResult[]): Promise<Html | null> {
  const rows = layers.flatMap((layer) =>
    sides.flatMap(({ id, name }) => {
      const found = layer.anisotropy[id];
      if (found === null) return [];
      return [
        [
          html`${layer.layer} <small>${name}</small>`,
          String(found.order),
          formatAnySize(found.alpha, found.alphaStandardError),
          formatAnySize(found.alphaRatio, found.alphaRatioStandardError),
          formatAnySize(found.deltaRatio, found.deltaRatioStandardError),
          formatNumber(found.trace),
        ],
      ];
    }),
  );
  if (rows.length === 0) return null;
  const looks = seriesLooks(sides.map(({ name }) => name));
  const figures: Html[] = [];
  for (const role of [...new Set(layers.map((layer) => layer.role))]) {
    const own = layers.filter((layer) => layer.role === role);
    const points = own.flatMap(({ anisotropy, depth }, place) =>
      sides.flatMap(({ id, name }) => {
        const found = anisotropy[id];
        if (found === null) return [];
        const standardError = found.alphaRatioStandardError;
        return [{ depth: depth ?? place, series: name, value: found.alphaRatio, standardError }];
      }),
    );
    const spec = blockProfile(points, looks, "α / p, 1 where all directions are alike");
    if (spec) figures.push(await chartFigure(spec, rangeSentence(role, points)));
  }
  const heads = ["vectors", "p", "α", "α / p", "δ / p", "tr C"];
  return html`<section aria-labelledby="anisotropy">
${heading(2, "anisotropy", "Anisotropy")}
<p class="quiet">Of the second moments C of p-dimensional vectors: α = (tr C)² / ‖C‖² counts the directions they use, δ / p = √(1 − α / p). Standard errors are a jackknife over batches. Source of α and δ: the code beside Peng et al. 2023, arXiv 2309.03004.</p>
${seriesLegend(looks, "Vectors")}
<div class="charts">${figures}</div>
${dataTable(
  "Anisotropy",
  heads.map((title, i) => ({ title, isNumber: i > 0 })),
  rows,
)}
</section>`;
}

function rangeSentence(
  role: string | null,
  points: readonly { readonly series: string; readonly value: number }[],
): string {
  const ranges = sides.flatMap(({ name }) => {
    const values = points.filter(({ series }) => series === name).map(({ value }) => value);
    if (values.length === 0) return [];
    return [
      `${name} from ${formatNumber(Math.min(...values), 2)} to ${formatNumber(Math.max(...values), 2)}`,
    ];
  });
  return `${role ?? missing} matrices, α / p: ${ranges.join("; ")}.`;
}
