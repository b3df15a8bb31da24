import { noiseQuantities } from "../../noise/quantities.ts";
import type { NoiseCheckpoint, NoiseLayerResult, NoiseResult } from "../../noise/result.ts";
import { formatNumber, formatPValue, formatWithError, missing } from "../format-number.ts";
import { lawTally, rejectionLevel } from "./noise-words.ts";

/** A column of the tables for people. */
export interface NoiseColumn {
  readonly title: string;
  /** Head of a narrow column. */
  readonly symbol: string;
  text(layer: NoiseLayerResult): string;
}

const quantity = (id: string) => {
  const found = noiseQuantities.find((each) => each.id === id);
  if (!found) throw new RangeError(`no quantity of noise is called ${id}`);
  return found;
};

const plain = (id: string): NoiseColumn => {
  const { title, symbol, value, standardError } = quantity(id);
  return {
    title,
    symbol,
    text: (layer) =>
      standardError ? formatWithError(value(layer), standardError(layer)) : formatNumber(value(layer)),
  };
};

/** A distance with its p-value in parentheses: the least that the simulation gives is an upper bound. */
const distance = (matrix: string, law: string, symbol: string): NoiseColumn => ({
  title: `${quantity(`matrices.${matrix}.laws.${law}.ksDistance`).title} (p-value)`,
  symbol,
  text({ matrices }) {
    const found = matrices.find((each) => each.matrix === matrix)?.laws.find((each) => each.law === law);
    if (!found || found.ksDistance === null || found.pValue === null) return missing;
    const least = 1 / (1 + (found.draws ?? 0));
    const sign = found.pValue <= least ? "≤ " : "";
    return `${formatNumber(found.ksDistance, 2)} (${sign}${formatPValue(found.pValue)})`;
  },
});

/** What fits on a screen; the rest is in CSV and JSON. */
export const noiseColumns: readonly NoiseColumn[] = [
  plain("noiseToSignal"),
  plain("anisotropy.inputs.alphaRatio"),
  plain("anisotropy.outputGradients.alphaRatio"),
  plain("matrices.random-signs.concentration.majorityRatio"),
  distance("random-signs", "marchenko-pastur", "D MP (p)"),
  distance("random-signs", "product-law", "D product (p)"),
  distance("random-signs", "separable-law", "D separable (p)"),
  distance("whitened", "marchenko-pastur", "D white (p)"),
  { title: "tail of the entries", symbol: "tail", text: ({ tail }) => tail?.verdict ?? missing },
];

const laws = [
  { id: "separable-law", name: "the separable law of held-out covariances" },
  { id: "product-law", name: "a product of two noise matrices" },
  { id: "marchenko-pastur", name: "Marchenko-Pastur" },
] as const;

/** What a checkpoint's noise is like, in two sentences. */
export function noiseSentences({ layers }: NoiseCheckpoint): string[] {
  const fits = laws.flatMap(({ id, name }) => {
    const { tested, kept } = lawTally(layers, "random-signs", id, rejectionLevel);
    return tested === 0 ? [] : [`${name} in ${kept} of ${tested}`];
  });
  const verdicts = new Map<string, number>();
  for (const { tail } of layers) {
    const verdict = tail?.verdict ?? "no entries";
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  const tails = Array.from(verdicts, ([verdict, count]) => `${count} ${verdict}`).join(", ");
  return [
    fits.length === 0
      ? "The spectrum of summed noise was tested against no law: `reason` of its matrices in JSON says why."
      : `The spectrum of summed noise is compatible (p > ${rejectionLevel}) with ${fits.join(", with ")} layers.`,
    `Tails of its entries: ${tails}.`,
  ];
}

/** What was measured, in a few words. */
export function noiseSetting({ part, batches, batchSize, heldOutBatches }: NoiseCheckpoint): string {
  return `${part} part, ${batches} batches of ${batchSize} examples, covariances of ${heldOutBatches} others`;
}

/** A checkpoint's name, with its step. */
export function checkpointName({ id, step }: NoiseResult["checkpoints"][number]): string {
  return step === null || id.includes(String(step)) ? id : `${id}, step ${step}`;
}
