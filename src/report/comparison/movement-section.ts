import type { LayerResult } from "../../analysis/result.ts";
import type { ComparedLayer, ComparisonResult } from "../../comparison/result.ts";
import { depthProfile, placeLayers } from "../charts/depth-profile.ts";
import { layerSeries } from "../charts/layer-series.ts";
import type { Column } from "../columns.ts";
import { chartFigure } from "../page/chart-figure.ts";
import { type Html, heading, html } from "../page/html.ts";
import { seriesLegend } from "../page/series-legend.ts";
import { type ComparisonColumn, comparisonColumns } from "./comparison-columns.ts";
import { changeAsLayer } from "./comparison-words.ts";

/** Numbers of the change against depth; null where fewer than two layers can be drawn. */
export async function movementSection({ layers }: ComparisonResult): Promise<Html | null> {
  const rows = new Map(layers.map((layer) => [layer.layer, layer]));
  const { placed, axis } = placeLayers([...layers].sort((a, b) => a.place - b.place).map(rowOf));
  const figures: Html[] = [];
  for (const column of comparisonColumns(layers)) {
    const spec = depthProfile(placed, axis, drawn(column, rows));
    if (spec === null) continue;
    const known = placed.flatMap(({ layer }) => {
      const row = rows.get(layer.layer)!;
      const value = column.value(row);
      return value === null ? [] : [{ row, value }];
    });
    known.sort((a, b) => a.value - b.value);
    const [least, most] = [known[0]!.row, known.at(-1)!.row];
    const text = (layer: ComparedLayer) => column.text(layer).replace(/ \[.*\]$/, "");
    const title = column.title.replace(" [random]", "");
    figures.push(
      await chartFigure(
        spec,
        `${title.charAt(0).toUpperCase()}${title.slice(1)}: from ${text(least)} (${least.layer}) to ${text(most)} (${most.layer}).`,
      ),
    );
  }
  if (figures.length === 0) return null;
  return html`<section aria-labelledby="profile">
${heading(2, "profile", "Depth profile")}
<p class="quiet">${axis === "order" ? "Depths are not known: layers stand in the order of A. " : ""}Hollow points rest on a Marchenko-Pastur fit that is rejected. The numbers are in the <a href="#layers">table of layers</a>.</p>
${seriesLegend(layerSeries(placed.map(({ layer }) => layer)))}
<div class="charts">${figures}</div>
</section>`;
}

/** A layer's place, role and kind, with the change's fit where there is one. */
function rowOf(layer: ComparedLayer): LayerResult {
  const nothing = {
    spectrum: null,
    marchenkoPastur: null,
    powerLaw: null,
    concentration: null,
    metrics: null,
  };
  const without = { ...nothing, verdict: null, verdictEvidence: null };
  return changeAsLayer({ ...layer, change: layer.change ?? without })!;
}

function drawn(column: ComparisonColumn, rows: ReadonlyMap<string, ComparedLayer>): Column {
  const shown = (row: LayerResult) => rows.get(row.layer)!;
  return {
    id: column.symbol,
    title: column.axis,
    symbol: column.symbol,
    digits: 3,
    fromFit: column.fromFit,
    value: (row) => column.value(shown(row)),
    text: (row) => column.text(shown(row)),
  };
}
