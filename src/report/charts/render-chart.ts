import { Error as logErrors, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { escapeHtml, undisguised } from "../escape-html.ts";
import { compactSvg } from "./compact-svg.ts";
import { chartPalette } from "./palette.ts";

/**
 * Renders a chart to SVG that is small, has no ids and takes its colours from the page.
 *
 * @param spec - a Vega-Lite specification that holds its data, in the colours of `chartPalette`.
 * @param label - the finding, in a sentence: what a reader who cannot see the chart is told.
 * @returns an `<svg>` element with `role="img"`; the same spec gives the same bytes.
 * @throws {Error} If the specification is not valid Vega-Lite.
 */
export async function renderChart(spec: TopLevelSpec, label: string): Promise<string> {
  return (await drawChart(spec, label)).svg;
}

/** Where a chart is drawn between its axes, in the units of its SVG. */
export interface ChartFrame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** {@link renderChart}, and where in the SVG the chart stands between its axes. */
export async function drawChart(
  spec: TopLevelSpec,
  label: string,
): Promise<{ readonly svg: string; readonly frame: ChartFrame }> {
  // Interpreted: where a page's policy allows no eval, compiled expressions would not run.
  const parsed = parse(compile(spec).spec, undefined, { ast: true });
  const view = new View(parsed, { renderer: "none", logLevel: logErrors, expr: expressionInterpreter });
  try {
    const svg = compact(await view.toSVG(), label);
    const { left: padLeft = 0, top: padTop = 0 } = Object(view.padding());
    const [left, top] = [padLeft + view.origin()[0], padTop + view.origin()[1]];
    return { svg, frame: { left, top, right: left + view.width(), bottom: top + view.height() } };
  } finally {
    view.finalize();
  }
}

const colorPattern = new RegExp(
  Object.values(chartPalette)
    .map((color) => color.light)
    .join("|"),
  "g",
);
const variables = new Map(
  Object.entries(chartPalette).map(([name, color]) => [color.light as string, `var(--${name})`]),
);

/** The chart as an element of the page, in the colours of its themes. */
function compact(svg: string, label: string): string {
  const size = /viewBox="([^"]*)"/.exec(svg)?.[1] ?? "0 0 0 0";
  const [, , width, height] = size.split(" ");
  const body = compactSvg(svg.replace(/^<svg[^>]*>|<\/svg>$/g, "")).replace(
    colorPattern,
    (color) => variables.get(color) ?? color,
  );
  return `<svg class="chart" role="img" aria-label="${escapeHtml(label)}" viewBox="${size}" width="${width}" height="${height}">${undisguised(body)}</svg>`;
}
