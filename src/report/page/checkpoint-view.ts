import type { AnalysisResult, CheckpointResult, LayerResult } from "../../analysis/result.ts";

/** How much of a checkpoint the page shows. Its numbers are in a table in any case. */
export interface CheckpointView {
  readonly checkpoint: CheckpointResult;
  /** Ends every id of the checkpoint's sections and cards; "" for the one that plain links mean. */
  readonly suffix: string;
  readonly cards: "full" | "small" | "none";
  /** Level of the headings of its sections. */
  readonly level: 2 | 3;
}

/** The checkpoints of a page: those with sections of their own, and earlier ones of a series. */
export interface PagePlan {
  readonly isSeries: boolean;
  readonly shown: readonly CheckpointView[];
  readonly earlier: readonly CheckpointView[];
}

/**
 * What a page shows of each checkpoint: of a series the last in full, the first with small cards
 * (charts of every step would be a page of many megabytes that says what trajectories say better);
 * of several models each in full.
 */
export function planPage(result: AnalysisResult): PagePlan {
  const { checkpoints } = result;
  const isSeries = (result.trajectories?.length ?? 0) > 0 && checkpoints.length > 1;
  const last = checkpoints.length - 1;
  const level = checkpoints.length > 1 && !isSeries ? 3 : 2;
  const views = checkpoints.map((checkpoint, i): CheckpointView => {
    const cards = !isSeries || i === last ? "full" : i === 0 ? "small" : "none";
    return { checkpoint, suffix: i === last ? "" : `@${slug(checkpoint.id)}`, cards, level };
  });
  return isSeries
    ? { isSeries, shown: views.slice(-1), earlier: views.slice(0, -1) }
    : { isSeries, shown: views, earlier: [] };
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
