import type { MeasuredCheckpoint } from "../../measure/result.ts";
import { type ChartLine, lineChart } from "../charts/line-chart.ts";
import { seriesLooks } from "../charts/series-looks.ts";
import { formatAnySize, formatNumber } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";
import { partName } from "./measured-view.ts";

/** Accuracy and loss on images moved by one step of FGSM; null where it was not measured. */
export async function attackSection(shown: readonly MeasuredCheckpoint[]): Promise<Html | null> {
  const found = shown.flatMap((checkpoint) => {
    const { fgsm } = checkpoint.wholeModel;
    return fgsm ? [{ part: partName(checkpoint), fgsm }] : [];
  });
  if (found.length === 0) return null;
  const rows = found.flatMap(({ part, fgsm }) => [
    [
      `clean, ${part} part`,
      "0",
      formatAnySize(fgsm.cleanAccuracy, fgsm.cleanAccuracyStandardError),
      formatAnySize(fgsm.cleanCrossEntropy, fgsm.cleanCrossEntropyStandardError),
      "",
    ],
    ...fgsm.steps.map((step) => [
      `moved, ${part} part`,
      `${formatNumber(step.epsilon)} (${formatNumber(step.pixels)})`,
      formatAnySize(step.accuracy, step.accuracyStandardError),
      formatAnySize(step.crossEntropy, step.crossEntropyStandardError),
      formatAnySize(step.changed, step.changedStandardError),
    ]),
  ]);
  const looks = seriesLooks(found.map(({ part }) => part));
  const lines = found.map(({ part, fgsm }): ChartLine => {
    const clean = {
      epsilon: 0,
      accuracy: fgsm.cleanAccuracy,
      accuracyStandardError: fgsm.cleanAccuracyStandardError,
    };
    return {
      series: part,
      points: [clean, ...fgsm.steps].map(({ epsilon, accuracy, accuracyStandardError: error }) => ({
        x: epsilon,
        y: accuracy,
        ...(accuracy !== null && error !== null ? { low: accuracy - error, high: accuracy + error } : {}),
      })),
    };
  });
  const drawn = lineChart(lines, looks, {
    x: { title: "ε, over the range of a pixel", scale: "linear" },
    y: { title: "accuracy", scale: "linear" },
  });
  const heads = ["images", "ε (pixels' unit)", "accuracy", "cross-entropy, nats", "predictions changed"];
  return html`<section aria-labelledby="fgsm">
${heading(2, "fgsm", "Robustness of the input")}
<p class="quiet">Every pixel is moved by ε times the range of pixels against its image's label: one step of the fast gradient sign method, x + ε sign ∂l/∂x, clipped to the range. Source: Goodfellow, Shlens &amp; Szegedy 2015, arXiv 1412.6572.</p>
${drawn !== null && [seriesLegend(looks, "Parts of the data"), await chartFigure(drawn.spec, accuracySentence(found))]}
${dataTable(
  "Accuracy under FGSM",
  heads.map((title, i) => ({ title, isNumber: i > 0 })),
  rows,
)}
</section>`;
}

type Attacked = {
  readonly part: string;
  readonly fgsm: NonNullable<MeasuredCheckpoint["wholeModel"]["fgsm"]>;
};

function accuracySentence(found: readonly Attacked[]): string {
  const texts = found.map(({ part, fgsm }) => {
    const last = fgsm.steps.at(-1);
    return `${part} part: accuracy from ${formatNumber(fgsm.cleanAccuracy)} on clean images to ${formatNumber(last?.accuracy)} at ε = ${formatNumber(last?.epsilon)}`;
  });
  const sentence = texts.join("; ");
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}. Bands are standard errors over examples.`;
}
