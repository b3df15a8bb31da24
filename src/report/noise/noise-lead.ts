import type { NoiseLayerResult, NoiseResult } from "../../noise/result.ts";
import { formatCount, formatNumber } from "../format-number.ts";
import { lawTally, rejectionLevel, shownCheckpoint } from "./noise-words.ts";

/** The answer in a few sentences: how large the noise is, which law its spectrum follows, how its tails look. */
export function noiseLead(result: NoiseResult): string {
  const checkpoint = shownCheckpoint(result);
  if (checkpoint === undefined) return "No checkpoint was measured.";
  const { layers, batchSize, step, id } = checkpoint;
  if (layers.length === 0) return "No matrix of an MLP block was found.";
  const at = result.checkpoints.length > 1 ? `At ${step === null ? id : `step ${step}`} the` : "The";
  const noise = `${at} noise of a batch of ${formatCount(batchSize)} examples is ${sizeText(layers)} the mean gradient.`;
  return [noise, lawText(layers), tailText(layers)].filter((text) => text !== "").join(" ");
}

function sizeText(layers: readonly NoiseLayerResult[]): string {
  const ratios = layers.map((layer) => layer.noiseToSignal).filter((ratio) => ratio !== null);
  if (ratios.length === 0) return "not comparable to";
  const low = formatNumber(Math.min(...ratios), 2);
  const high = formatNumber(Math.max(...ratios), 2);
  return low === high ? `${low} times as large as` : `${low} to ${high} times as large as`;
}

/** Which laws the accumulated noise is compatible with. */
function lawText(layers: readonly NoiseLayerResult[]): string {
  const parts = [
    ["marchenko-pastur", "Marchenko-Pastur"],
    ["product-law", "the product law"],
    ["separable-law", "the separable law, of the covariances of inputs and gradients,"],
  ].flatMap(([law, name]) => {
    const { tested, kept } = lawTally(layers, "random-signs", law!, rejectionLevel);
    return tested === 0 ? [] : [`with ${name} on ${kept} of ${tested} layers`];
  });
  return parts.length === 0
    ? ""
    : `Added up over batches with random signs, its spectrum is compatible ${listed(parts)}.`;
}

function tailText(layers: readonly NoiseLayerResult[]): string {
  const tails = layers.flatMap(({ tail }) => (tail === null ? [] : [tail.verdict]));
  if (tails.length === 0) return "";
  const heavy = tails.filter((verdict) => verdict === "heavy-tailed").length;
  return `Its tails are heavy on ${heavy} of ${tails.length} layers once unequal variances are accounted for.`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
