import type { ComparisonResult } from "../../comparison/result.ts";
import { type Html, heading, html } from "../page/html.ts";
import { differenceCard } from "./difference-card.ts";

/** Cards unfolded at first. */
const unfolded = 1;
/** Charts of the most moved layers: a page of more would be of many megabytes. */
const drawnAtMost = 100;

/** A card a layer, the most moved first. */
export async function differenceCardsSection({ layers }: ComparisonResult): Promise<Html | null> {
  if (layers.length === 0) return null;
  const cards: Html[] = [];
  for (const [place, layer] of layers.entries()) {
    cards.push(
      await differenceCard(layer, place, { isDrawn: place < drawnAtMost, isOpen: place < unfolded }),
    );
  }
  return html`<section aria-labelledby="cards">
${heading(2, "cards", "Layer by layer")}
<p class="quiet">The most moved first: the eigenvalues of WᵀW/N of A and of B, and beside them those of the change W_B − W_A as bars, with its fitted Marchenko-Pastur law as a line.</p>
<p class="fold" hidden><button type="button" data-fold="open">Unfold all</button> <button type="button" data-fold="close">Fold all</button></p>
${cards}
</section>`;
}
