import { Error as logErrors, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { escapeHtml, undisguised } from "../escape-html.ts";
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
  // Interpreted: where a page's policy allows no eval, compiled expressions would not run.
  const parsed = parse(compile(spec).spec, undefined, { ast: true });
  const view = new View(parsed, { renderer: "none", logLevel: logErrors, expr: expressionInterpreter });
  try {
    return compact(await view.toSVG(), label);
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

/** Leaves out what Vega writes for its own use or repeats: two thirds of the bytes. */
function compact(svg: string, label: string): string {
  const size = /viewBox="([^"]*)"/.exec(svg)?.[1] ?? "0 0 0 0";
  const [, , width, height] = size.split(" ");
  const body = svg
    .replace(/^<svg[^>]*>|<\/svg>$/g, "")
    .replace(/<path class="(?:background|foreground)"[^>]*\/>/g, "")
    .replace(/<text[^>]* opacity="0"[^>]*>[^<]*<\/text>/g, "") // labels that would overlap
    .replace(/ (?:class|role|aria-[a-z]+|pointer-events|font-family|xml:space)="[^"]*"/g, "")
    .replace(/ (?:opacity|stroke-width)="1"/g, "")
    .replace(/ (?:x2|y2)="0"| transform="translate\(0,0\)"/g, "")
    .replace(/ font-(?:size="12px"|weight="normal")/g, "")
    .replace(/ (?:d|transform|[xy][12]?)="[^"]*"/g, roundNumbers)
    .replace(colorPattern, (color) => variables.get(color) ?? color);
  return `<svg class="chart" role="img" aria-label="${escapeHtml(label)}" viewBox="${size}" width="${width}" height="${height}">${unwrap(undisguised(body))}</svg>`;
}

/** A tenth of a pixel is finer than any screen shows. */
function roundNumbers(attribute: string): string {
  return attribute.replace(/-?\d+\.\d\d+(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(1))));
}

/** Groups without attributes group nothing; the innermost pairs go first, until none is left. */
function unwrap(svg: string): string {
  let before = "";
  let after = svg.replaceAll("<g/>", "");
  while (after !== before) {
    before = after;
    after = after.replace(/<g[^>]*><\/g>/g, "").replace(/<g>((?:(?!<\/?g\b).)*)<\/g>/gs, "$1");
  }
  return after;
}
