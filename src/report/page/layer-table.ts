import type { LayerResult } from "../../analysis/result.ts";
import { densityData, hasDensity } from "../charts/density-data.ts";
import { placeDomain, placeLayers } from "../charts/depth-profile.ts";
import { type Column, coreColumns } from "../columns.ts";
import { countVerdicts, verdictTexts } from "../describe-verdict.ts";
import { isRejected } from "../fit-quality.ts";
import { exactNumber } from "../format-number.ts";
import { shapeText } from "../layer-facts.ts";
import { type CheckpointView, cardId, hasCard } from "./checkpoint-view.ts";
import { placesTitle } from "./depth-section.ts";
import { breakable, type Html, heading, html } from "./html.ts";
import { landmark } from "./landmark.ts";
import { sparkline } from "./sparkline.ts";
import { verdictBadge } from "./verdict-badge.ts";

/** All tensors of a checkpoint with their numbers; the script adds sorting and filtering. */
export function layerTableSection(view: CheckpointView): Html {
  const id = `layers${view.suffix}`;
  return html`<section${landmark(view, id)}>
${heading(view.level, id, "Layers")}
<p class="quiet">Every tensor has a row. In brackets: 5 to 95 % of noise of the same shape. In parentheses: numbers of a Marchenko-Pastur fit that is rejected, so that they describe the closest fit and not the layer.</p>
${filterBar(view)}
${layerTable(view, id)}
</section>`;
}

/**
 * The table alone.
 *
 * @param view - the checkpoint.
 * @param label - id of the heading that names the table.
 */
export function layerTable(view: CheckpointView, label: string): Html {
  const { layers } = view.checkpoint;
  const columns = coreColumns();
  const { placed } = placeLayers(layers);
  const places = new Map(placed.map(({ layer, place }) => [layer, place]));
  const heads = [
    html`<th scope="col" data-sort="text">layer</th>`,
    html`<th scope="col">spectrum</th>`,
    html`<th scope="col" data-sort="text">role</th>`,
    html`<th scope="col" data-sort="number" class="number">depth</th>`,
    html`<th scope="col" data-sort="number" class="number">shape</th>`,
    html`<th scope="col" data-sort="text">verdict</th>`,
    ...columns.map(
      ({ id, title }) =>
        html`<th scope="col" data-sort="number" data-key="${id}" class="number">${title}</th>`,
    ),
  ];
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="${label}"><table class="layers">
<thead><tr>${heads}</tr></thead>
<tbody>
${layers.map((layer) => layerRow(view, layer, columns, places.get(layer) ?? null))}</tbody>
</table></div>`;
}

function layerRow(
  view: CheckpointView,
  layer: LayerResult,
  columns: readonly Column[],
  place: number | null,
): Html {
  const entries = layer.shape.reduce((product, extent) => product * extent, 1);
  const skipped = layer.status === "skipped";
  const verdict = skipped ? "skipped" : (layer.verdict ?? "");
  const shown = breakable(layer.layer);
  const name = hasCard(view, layer) ? html`<a href="#${cardId(view, layer)}">${shown}</a>` : shown;
  return html`<tr data-verdict="${verdict}" data-kind="${layer.kind}"${place !== null && html` data-place="${place}"`}${skipped && html` class="skipped"`}><th scope="row" class="name">${name}</th><td>${hasDensity(layer.spectrum) && sparkline(densityData(layer.spectrum, layer.marchenkoPastur))}</td><td>${layer.role ?? layer.kind}</td><td class="number" data-value="${layer.depth}">${layer.depth}</td><td class="number" data-value="${entries}">${shapeText(layer.shape)}</td><td data-value="${verdict}">${skipped ? skipReason(layer) : verdictBadge(layer.verdict)}</td>${columns.map((column) => numberCell(layer, column))}</tr>
`;
}

function skipReason(layer: LayerResult): Html {
  return html`<span title="${layer.detail}">skipped: ${layer.reason}</span>`;
}

function numberCell(layer: LayerResult, column: Column): Html {
  if (layer.status === "skipped") return html`<td></td>`;
  const weak = column.fromFit && isRejected(layer);
  const [value = "", range] = column.text(layer).split(/ (?=[[±])/);
  return html`<td class="number${weak && " weak"}" data-value="${exactNumber(column.value(layer))}">${value}${range !== undefined && html` <small>${range}</small>`}</td>`;
}

/** Shown by the script only, as nothing else could make it work. */
function filterBar(view: CheckpointView): Html {
  const { layers } = view.checkpoint;
  const options = countVerdicts(layers).map(
    ([verdict, count]) => html`<option value="${verdict}">${verdictTexts[verdict].title} (${count})</option>`,
  );
  const kinds = [...new Set(layers.map(({ kind }) => kind))];
  const kindOptions = kinds.map(
    (kind) =>
      html`<option value="${kind}">${kind} (${layers.filter((layer) => layer.kind === kind).length})</option>`,
  );
  return html`<form class="filter" hidden><label>Name or role <input type="search" name="text" autocomplete="off"></label>
<label>Verdict <select name="verdict"><option value="">all</option>${options}<option value="skipped">skipped</option></select></label>
${kinds.length > 1 && html`<label>Kind <select name="kind"><option value="">all</option>${kindOptions}</select></label>`}
${placeFields(layers)}
<output aria-live="polite"></output></form>`;
}

/** A stretch of depth, for a keyboard; a pointer draws it across a chart of the depth profile. */
function placeFields(layers: readonly LayerResult[]): Html | null {
  const { placed, axis } = placeLayers(layers);
  if (placed.length < 2) return null;
  const [low, high] = placeDomain(placed);
  const field = (name: string, label: string) =>
    html`<input type="number" name="${name}" aria-label="${label}" min="${low + 0.5}" max="${high - 0.5}" step="1">`;
  const title = placesTitle(axis);
  return html`<span class="places">${title} ${field("from", `${title} from`)} to ${field("to", `${title} to`)}</span>`;
}
