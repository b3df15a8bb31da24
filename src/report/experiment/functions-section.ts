import type { ExperimentResult } from "../../experiments/result.ts";
import type { Activation, ActivationSpec } from "../../sparsity/activations/activation.ts";
import { createActivation } from "../../sparsity/activations/catalogue.ts";
import { activationCurves, type NamedFunction } from "../charts/activation-curves.ts";
import { seriesLooks } from "../charts/series-looks.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { type Html, heading, html } from "../page/html.ts";
import { lineLegend } from "../page/line-legend.ts";

/** More curves than these hide each other. */
const curvesDrawn = 6;

/** The activation functions of the runs and their derivatives; null where there are fewer than two that can be drawn. */
export async function functionsSection({ runs }: ExperimentResult): Promise<Html | null> {
  const functions = functionsOf(runs.map((run) => run.recipe)).slice(0, curvesDrawn);
  if (functions.length < 2) return null;
  const looks = seriesLooks(functions.map((each) => each.name));
  const shifted = functions.some(({ polynomial }) => polynomial.breaks.some((each) => each !== 0));
  const frame = shifted
    ? { x: [-5, 5] as const, y: [-6, 8] as const }
    : { x: [-2, 2] as const, y: [-1, 3] as const };
  const values = activationCurves(functions, looks, { ...frame, shows: "function" });
  const slopes = activationCurves(functions, looks, { ...frame, shows: "derivative" });
  return html`<section aria-labelledby="functions">
${heading(2, "functions", "Activation functions")}
<p class="quiet">Where the derivative is 0 a neuron is inactive for training as well: no gradient passes it. A gap in a curve is a jump.</p>
${lineLegend(looks, "Activation functions")}
<div class="charts">${[
    await chartFigure(values, "The activation functions of the runs."),
    await chartFigure(slopes, "Their derivatives."),
  ]}</div>
</section>`;
}

/** The distinct functions that recipes name and that are piecewise polynomials. */
function functionsOf(recipes: readonly Readonly<Record<string, unknown>>[]): NamedFunction[] {
  const found = new Map<string, NamedFunction>();
  for (const recipe of recipes) {
    const spec = (recipe.sparsity as { readonly activation?: unknown } | null | undefined)?.activation;
    const activation = known(spec);
    if (activation?.polynomial) {
      const name = nameOf(spec);
      found.set(name, { name, polynomial: activation.polynomial });
    }
  }
  return [...found.values()];
}

/** null for what a saved result may hold and no catalogue knows. */
function known(spec: unknown): Activation | null {
  if (typeof spec !== "string" && (typeof spec !== "object" || spec === null || !("name" in spec)))
    return null;
  try {
    return createActivation(spec as ActivationSpec);
  } catch {
    return null;
  }
}

/** `shift(s-shaped(jsrelu, h 1.5), dx 1.6, dy -1.6)` */
function nameOf(spec: unknown): string {
  if (typeof spec !== "object" || spec === null) return String(spec);
  const { name, ...options } = spec as Record<string, unknown>;
  const parts = Object.entries(options).map(([key, value]) =>
    typeof value === "object" || typeof value === "string" ? nameOf(value) : `${key} ${value}`,
  );
  return parts.length === 0 ? String(name) : `${name}(${parts.join(", ")})`;
}
