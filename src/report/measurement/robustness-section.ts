import type { MeasuredCheckpoint } from "../../measure/result.ts";
import type { Robustness } from "../../measure/robustness/robustness-schema.ts";
import { type ChartLine, lineChart } from "../charts/line-chart.ts";
import { seriesLooks } from "../charts/series-looks.ts";
import { exactNumber, formatAnySize, formatNumber } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";
import { partName } from "./measured-view.ts";

type Radii = Robustness["absolute"]["radii"];

const kinds = [
  { id: "absolute", title: "Absolute radii, ε √d", unit: "ε, over √d" },
  { id: "relative", title: "Relative radii, ε ‖x‖", unit: "ε, over the length of a token" },
] as const;

/** The ways in which tokens are moved, as the legend has them. */
const ways: readonly {
  readonly name: string;
  readonly number: "firstOrder" | "randomLargest" | "randomMean";
}[] = [
  { name: "along the gradient", number: "firstOrder" },
  { name: "largest of random directions", number: "randomLargest" },
  { name: "mean of random directions", number: "randomMean" },
];
const slopeName = "slope times ε";

/** How much the loss rises where the tokens of all MLP blocks are moved; null where it was not measured. */
export async function robustnessSection(shown: readonly MeasuredCheckpoint[]): Promise<Html | null> {
  const found = shown.flatMap((checkpoint) => {
    const { robustness } = checkpoint.wholeModel;
    return robustness ? [{ part: partName(checkpoint), robustness }] : [];
  });
  if (found.length === 0) return null;
  const looks = seriesLooks([...ways.map(({ name }) => name), slopeName]);
  const figures: Html[] = [];
  for (const { part, robustness } of found) {
    for (const kind of kinds) {
      const figure = await increaseFigure(part, robustness, kind, looks);
      if (figure !== null) figures.push(figure);
    }
  }
  const rows = found.flatMap(({ part, robustness }) =>
    kinds.flatMap(({ id, title }) =>
      robustness[id].radii.map((radius) => [`${title}, ${part} part`, ...cellsOf(radius)]),
    ),
  );
  const heads = ["radii", "ε", ...ways.map(({ name }) => name), "predictions changed", "at random"];
  return html`<section aria-labelledby="robustness">
${heading(2, "robustness", "Robustness of hidden features")}
<p class="quiet">Every token that enters an MLP block, in all blocks at once, is moved: along the gradient of its own loss, which no other direction beats as ε tends to 0, or along random directions. Larger features make absolute radii look harmless; relative ones don't gain by them. In nats an example, bands and ± are standard errors over examples.</p>
${figures.length > 0 && [seriesLegend(looks, "Directions"), html`<div class="charts">${figures}</div>`]}
${dataTable(
  "Increase of the loss by radius",
  heads.map((title, i) => ({ title, isNumber: i > 0 })),
  rows,
  `Increase of the loss, in nats, and the share of predictions that change; ${found.map(({ part, robustness }) => `${robustness.examples} examples of the ${part} part`).join(", ")}`,
)}
</section>`;
}

function cellsOf(radius: Radii[number]): string[] {
  return [
    exactNumber(radius.epsilon),
    ...ways.map(({ number }) => formatAnySize(radius[number], radius[`${number}StandardError`])),
    formatAnySize(radius.firstOrderChanged, radius.firstOrderChangedStandardError),
    formatAnySize(radius.randomChanged, radius.randomChangedStandardError),
  ];
}

async function increaseFigure(
  part: string,
  robustness: Robustness,
  { id, title, unit }: (typeof kinds)[number],
  looks: ReturnType<typeof seriesLooks>,
): Promise<Html | null> {
  const { slope, radii } = robustness[id];
  const lines = ways.map(
    ({ name, number }): ChartLine => ({
      series: name,
      points: radii.map((radius) => {
        const y = radius[number];
        const error = radius[`${number}StandardError`];
        const band = y !== null && error !== null ? { low: y - error, high: y + error } : {};
        return { x: radius.epsilon, y, ...band };
      }),
    }),
  );
  const straight: ChartLine = {
    series: slopeName,
    points: slope === null ? [] : radii.map(({ epsilon }) => ({ x: epsilon, y: slope * epsilon })),
  };
  const drawn = lineChart([...lines, straight], looks, {
    x: { title: unit, scale: "log" },
    y: { title: "increase of the loss, nats", scale: "log" },
  });
  if (drawn === null) return null;
  const last = radii.at(-1);
  const without =
    drawn.notDrawn > 0 ? ` ${drawn.notDrawn} points where the loss falls have no place on the axis.` : "";
  const sentence = `${title}, ${part} part: at ε = ${exactNumber(last?.epsilon)} the loss rises by ${formatNumber(last?.firstOrder)} nats along the gradient and by ${formatNumber(last?.randomMean)} in the mean of random directions.${without}`;
  return await chartFigure(drawn.spec, sentence);
}
