import { type AnalysedModel, modelsOf } from "../../analysis/models-of.ts";
import type { AnalysisResult, CheckpointResult, LayerResult } from "../../analysis/result.ts";

/** How much of a checkpoint the page shows. Its numbers are in a table in any case. */
export interface CheckpointView {
  readonly checkpoint: CheckpointResult;
  /** The model that it is of: itself, or a series. */
  readonly model: AnalysedModel;
  /** Ends every id of the checkpoint's sections and cards; "" for the one that plain links mean. */
  readonly suffix: string;
  readonly cards: "full" | "small" | "none";
  /** Level of the headings of its sections. */
  readonly level: 2 | 3;
}

/** The checkpoints of a page: those with sections of their own, and earlier ones of series. */
export interface PagePlan {
  /** Whether all are one series. */
  readonly isSeries: boolean;
  readonly models: readonly AnalysedModel[];
  /** One of each model: a series' last. */
  readonly shown: readonly CheckpointView[];
  readonly earlier: readonly CheckpointView[];
}

/**
 * What a page shows of each checkpoint: of a series the last in full, the first with small cards
 * (charts of every step would be a page of many megabytes that says what trajectories say better);
 * of several models each in full.
 */
export function planPage(result: AnalysisResult): PagePlan {
  const models = modelsOf(result);
  const level = models.length > 1 ? 3 : 2;
  const plain = result.checkpoints.at(-1);
  const views = models.map((model) => {
    const { checkpoints } = model.result;
    const last = checkpoints.length - 1;
    return checkpoints.map((checkpoint, i): CheckpointView => {
      const cards = i === last ? "full" : i === 0 ? "small" : "none";
      const suffix = checkpoint === plain ? "" : `@${slug(checkpoint.id)}`;
      return { checkpoint, model, suffix, cards, level };
    });
  });
  return {
    isSeries: models.length === 1 && models[0]!.isSeries,
    models,
    shown: views.flatMap((own) => own.slice(-1)),
    earlier: views.flatMap((own) => own.slice(0, -1)),
  };
}

/** The id of a layer's card, from its name alone: a link survives a new analysis. */
export function cardId(view: CheckpointView, layer: Pick<LayerResult, "layer">): string {
  return `layer-${slug(layer.layer)}${view.suffix}`;
}

/** True when the page has a card for the layer. */
export function hasCard(view: CheckpointView, layer: LayerResult): boolean {
  return view.cards !== "none" && layer.status === "analysed" && layer.spectrum !== null;
}

/** A name as part of an id: safe characters stay, and a hash of the name follows if any did not. */
function slug(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._[\]-]+/g, "-").slice(0, 120);
  return safe === name ? name : `${safe}-${hash(name)}`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, "0");
}
