import type { LayerResult } from "../../analysis/result.ts";
import { formatNumber, formatPValue } from "../format-number.ts";
import { type Html, html } from "./html.ts";

/** At or under this a layer is called unlike its shuffles: with 19 of them, the smallest p-value there is. */
const level = 0.05;

/** How the layer differs from its own entries in random order, in sentences. */
export function permutationSentence(found: NonNullable<LayerResult["permutationNull"]>): Html {
  const { draws, largest, largestPValue, spikeCount } = found;
  const larger =
    spikeCount === 0
      ? "no singular value of this layer is"
      : `${spikeCount} singular ${spikeCount === 1 ? "value of this layer is" : "values of this layer are"}`;
  const top = `the largest is ${largestPValue <= level ? "unusually large" : "not unusual"}, p ${odds(largestPValue, draws)}`;
  const sentences = [
    `Against its own entries in ${draws} random orders, the mean of all entries taken off both: ${larger} larger than all of theirs, the largest of which is ${formatNumber(largest)} on average (${top}).`,
    ...bulkPart(found),
    ...outlierPart(found),
  ];
  return html`<p>${sentences.join(" ")}</p>`;
}

/** Which of the two is farther from the law: the layer or its shuffles. */
function bulkPart({ ksPValue, fitted }: NonNullable<LayerResult["permutationNull"]>): string[] {
  if (ksPValue === null) return [];
  const place =
    ksPValue <= level
      ? "The layer is farther from a Marchenko-Pastur law than its shuffles are"
      : "The layer is no farther from a Marchenko-Pastur law than its shuffles are";
  return [`${place} (p ${odds(ksPValue, fitted)}).`];
}

function outlierPart({
  entrySpikes,
  explainedSpikeCount,
}: NonNullable<LayerResult["permutationNull"]>): string[] {
  if (entrySpikes === null) return [];
  const average = `The mean number of outliers in a shuffle, where only single large entries make them, is ${formatNumber(entrySpikes, 2)}`;
  if (!explainedSpikeCount) return [`${average}.`];
  const outliers = explainedSpikeCount === 1 ? "one outlier" : `${explainedSpikeCount} outliers`;
  return [`${average}; ${outliers} of the layer ${explainedSpikeCount === 1 ? "is" : "are"} no larger.`];
}

/** The smallest p-value that so many shuffles give is an upper bound. */
function odds(p: number, draws: number): string {
  return p <= 1 / (draws + 1) ? `≤ ${formatPValue(p)}` : `= ${formatPValue(p)}`;
}
