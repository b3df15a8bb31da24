import type { LayerResult, SpectrumSummary } from "../../analysis/result.ts";
import type { PointView, ViewPoint } from "../charts/point-view.ts";
import { quantileView } from "../charts/quantile-view.ts";
import { tailView } from "../charts/tail-view.ts";
import { breakable, type Html, html } from "./html.ts";

const views = [tailView, quantileView];

/** Places for the charts of a layer that the script draws when its card is opened; hidden without it. */
export function viewFigures(layer: LayerResult, spectrum: SpectrumSummary): Html {
  const present = views.map((view) => view(layer, spectrum)).filter((view) => view !== null);
  return html`<div class="charts views" hidden>${present.map(viewFigure)}</div>`;
}

function viewFigure(view: PointView): Html {
  const line = view.line.length > 0 && html` data-line="${pointsText(view.line)}"`;
  const fitted = view.fitted !== null && html` data-fitted="${view.fitted.join(",")}"`;
  return html`<figure class="view" data-view="${view.id}" data-scale="${view.scale}" data-x="${view.xTitle}" data-y="${view.yTitle}" data-points="${pointsText(view.points)}"${line}${fitted}${view.isWeak && html` data-weak`}><figcaption>${breakable(view.sentence)}</figcaption></figure>`;
}

/** Numbers as short as they can be: `0.05` is `.05`, which a script reads as well. */
export function pointsText(points: readonly ViewPoint[]): string {
  return points
    .map((point) => point.map((value) => String(value).replace(/^(-?)0\./, "$1.")).join(","))
    .join(" ");
}
