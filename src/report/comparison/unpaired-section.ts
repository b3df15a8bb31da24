import type { ComparisonResult, UnpairedLayer } from "../../comparison/result.ts";
import { shapeText } from "../layer-facts.ts";
import { dataTable } from "../page/data-table.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";

/** What was not compared: layers of one side alone, of another shape, or not analysed; null where there is nothing. */
export function unpairedSection({ onlyInA, onlyInB, notCompared }: ComparisonResult): Html | null {
  if (onlyInA.length + onlyInB.length + notCompared.length === 0) return null;
  const shapes = notCompared.filter(({ reason }) => reason === "shape");
  const skipped = notCompared.filter(({ reason }) => reason === "skipped");
  return html`<section aria-labelledby="unpaired">
${heading(2, "unpaired", "Not compared")}
${sideTable("Only in A", onlyInA)}
${sideTable("Only in B", onlyInB)}
${reasonTable("Of another shape", shapes)}
${skipped.length > 0 && html`<details class="data"><summary>Show the ${skipped.length} tensors of both that are not analysed</summary>${reasonTable("Not analysed", skipped)}</details>`}
</section>`;
}

function sideTable(title: string, layers: readonly UnpairedLayer[]): Html | null {
  if (layers.length === 0) return null;
  const rows = layers.map(({ layer, role, kind, shape, status, reason }) => [
    html`<span class="name">${breakable(layer)}</span>`,
    role ?? kind,
    shapeText(shape),
    status === "skipped" ? `skipped: ${reason}` : "analysed",
  ]);
  const heads = [
    { title: "layer" },
    { title: "role" },
    { title: "shape", isNumber: true },
    { title: "status" },
  ];
  return dataTable(title, heads, rows, `${title}: ${layers.length}`);
}

function reasonTable(title: string, layers: ComparisonResult["notCompared"]): Html | null {
  if (layers.length === 0) return null;
  const rows = layers.map(({ layer, detail }) => [
    html`<span class="name">${breakable(layer)}</span>`,
    breakable(detail),
  ]);
  return dataTable(title, [{ title: "layer" }, { title: "why" }], rows, `${title}: ${layers.length}`);
}
