import type { ModelHessian } from "../../measure/hessian/hessian-schemas.ts";
import type { MeasuredCheckpoint } from "../../measure/result.ts";
import { spectralDensity } from "../charts/spectral-density.ts";
import { formatAnySize, formatCount, formatNumber, missing } from "../format-number.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { partName } from "./measured-view.ts";

/** Curvature of the loss for all parameters at once; null where it was not measured. */
export async function hessianSection(shown: readonly MeasuredCheckpoint[]): Promise<Html | null> {
  const found = shown.flatMap((checkpoint) => {
    const { hessian } = checkpoint.wholeModel;
    return hessian ? [{ part: partName(checkpoint), hessian }] : [];
  });
  if (found.length === 0) return null;
  const rows = found.map(({ part, hessian }) => [
    `${part} part`,
    formatAnySize(hessian.trace, hessian.traceStandardError),
    formatAnySize(hessian.fisherTrace, hessian.fisherTraceStandardError),
    hessian.topEigenvalues?.[0] ? eigenvalueText(hessian.topEigenvalues[0]) : missing,
    hessian.leastEigenvalue ? eigenvalueText(hessian.leastEigenvalue) : missing,
    formatCount(hessian.examples),
  ]);
  const figures: Html[] = [];
  for (const { part, hessian } of found) {
    const figure = await densityFigure(part, hessian);
    if (figure !== null) figures.push(figure);
  }
  const heads = [
    "part of the data",
    "trace",
    "Fisher trace",
    "largest eigenvalue",
    "smallest eigenvalue",
    "examples",
  ];
  return html`<section aria-labelledby="hessian">
${heading(2, "hessian", "Curvature of the whole model")}
<p class="quiet">Of the mean loss of an example, for all ${formatCount(found[0]!.hessian.dimension)} parameters; in nats over weight². The trace is the curvature summed over all directions: half of it times s² is what noise of deviation s on every weight costs. The Fisher trace, over labels drawn from the model's own softmax, leaves out the curvature of the network itself. Standard errors are over random probes; behind an eigenvalue stands the bound of its residual.</p>
${dataTable(
  "Curvature of the whole model",
  heads.map((title, i) => ({ title, isNumber: i > 0 })),
  rows,
)}
${figures.length > 0 && html`<div class="charts">${figures}</div>`}
</section>`;
}

function eigenvalueText({ value, residual }: { readonly value: number; readonly residual: number }): string {
  return `${formatNumber(value, 4)} (${formatNumber(residual, 1)})`;
}

async function densityFigure(
  part: string,
  { density, topEigenvalues, trace, dimension }: ModelHessian,
): Promise<Html | null> {
  if (density === null) return null;
  const eigenvalues = (topEigenvalues ?? []).map(({ value }) => value);
  const spec = spectralDensity(density.x, density.density, eigenvalues, "eigenvalue, nats / weight²");
  if (spec === null) return null;
  const check =
    trace === null
      ? ""
      : ` Its mean is ${formatAnySize(density.mean, density.meanStandardError)}, and trace over dimension ${formatNumber(trace / dimension)}.`;
  const sentence = `Density of the Hessian's eigenvalues on the ${part} part, by ${density.rules.length === 1 ? "one Gauss rule" : `${density.rules.length} Gauss rules`} smoothed with a Gaussian of deviation ${formatNumber(density.width, 2)}; triangles are the largest ${eigenvalues.length}.${check} It integrates to ${formatNumber(density.integral, 4)}.`;
  return await chartFigure(spec, sentence);
}
