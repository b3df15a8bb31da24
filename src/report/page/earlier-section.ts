import { verdictSentence } from "../describe-verdict.ts";
import { cardList } from "./cards-section.ts";
import type { CheckpointView } from "./checkpoint-view.ts";
import { type Html, heading, html } from "./html.ts";
import { layerTable } from "./layer-table.ts";

/** The checkpoints of a series before the last, folded: tables of all, small cards of the first. */
export async function earlierSection(views: readonly CheckpointView[]): Promise<Html | null> {
  if (views.length === 0) return null;
  const parts: Html[] = [];
  for (const view of views) {
    const id = `layers${view.suffix}`;
    const cards = view.cards === "small" ? await cardList({ ...view, level: 3 }, new Set()) : null;
    parts.push(html`<details class="earlier"><summary><h3 id="${id}">${view.checkpoint.id}</h3><span class="facts">${verdictSentence(view.checkpoint)}</span></summary>
${layerTable(view, id)}${cards}</details>`);
  }
  return html`<section aria-labelledby="earlier">
${heading(2, "earlier", "Earlier checkpoints")}
<p class="quiet">The sections above show the last checkpoint${views[0]!.level === 3 && " of each series"}. Every number of the earlier ones is in a table here; the first has a chart for each layer too, and those between are drawn as trajectories only.</p>
${parts}</section>`;
}
