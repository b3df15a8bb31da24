import { verdictSentence } from "../describe-verdict.ts";
import type { CheckpointView, PagePlan } from "./checkpoint-view.ts";
import { type Html, heading, html } from "./html.ts";

/** The models of a page with their verdicts, and the way to each; null where there is one. */
export function modelsSection({ shown }: PagePlan): Html | null {
  if (shown.length < 2) return null;
  const items = shown.map((view) => {
    const link = html`<a class="name" href="#checkpoint${view.suffix}">${titleOf(view)}</a>`;
    return html`<li>${link}: ${placeOf(view)}${verdictSentence(view.checkpoint)}</li>`;
  });
  return html`<section aria-labelledby="models">
${heading(2, "models", "Models")}
<ul>${items}</ul></section>`;
}

/** What the model of a checkpoint is called. */
export function titleOf({ checkpoint, model }: CheckpointView): string {
  return model.name ?? checkpoint.id;
}

/** Which checkpoint of a series is spoken of; null for a model by itself. */
export function placeOf({ checkpoint, model }: CheckpointView): Html | null {
  if (!model.isSeries) return null;
  const { length } = model.result.checkpoints;
  return html`<span class="at">at ${checkpoint.id}, the last of ${length} checkpoints:</span> `;
}
