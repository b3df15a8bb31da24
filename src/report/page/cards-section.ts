import { notableLayers } from "../notable-layers.ts";
import { type CheckpointView, hasCard } from "./checkpoint-view.ts";
import { type Html, heading, html } from "./html.ts";
import { landmark } from "./landmark.ts";
import { layerCard } from "./layer-card.ts";

/** Up to so many cards are unfolded at first; of more, the most notable few are. */
const unfoldedUpTo = 6;
const unfoldedOfMany = 3;

/** The cards of a checkpoint under a heading; null when it has none. */
export async function cardsSection(view: CheckpointView): Promise<Html | null> {
  const layers = view.checkpoint.layers.filter((layer) => hasCard(view, layer));
  if (layers.length === 0) return null;
  const open = layers.length <= unfoldedUpTo ? layers : notableLayers(layers, unfoldedOfMany);
  const id = `cards${view.suffix}`;
  return html`<section${landmark(view, id)}>
${heading(view.level, id, "Layer by layer")}
<p class="fold" hidden><button type="button" data-fold="open">Unfold all</button> <button type="button" data-fold="close">Fold all</button></p>
${await cardList(view, new Set(open.map((layer) => layer.layer)))}</section>`;
}

/** The cards of a checkpoint, in the order of the file. */
export async function cardList(view: CheckpointView, open: ReadonlySet<string>): Promise<Html[]> {
  const cards: Html[] = [];
  for (const layer of view.checkpoint.layers) {
    if (hasCard(view, layer)) cards.push(await layerCard(view, layer, open.has(layer.layer)));
  }
  return cards;
}
