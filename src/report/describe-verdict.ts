import type { CheckpointResult, LayerResult, Verdict } from "../analysis/result.ts";

/** How a verdict is shown: a mark beside the words, so that colour is never alone. */
export interface VerdictText {
  readonly title: string;
  readonly mark: string;
  readonly meaning: string;
}

/** The verdicts in words, in the order in which they are counted. */
export const verdictTexts: Readonly<Record<Verdict, VerdictText>> = {
  "noise-like": { title: "noise-like", mark: "○", meaning: "cannot be told from random entries" },
  "noise-with-spikes": {
    title: "noise with spikes",
    mark: "▲",
    meaning: "a random bulk with some directions that stand out of it",
  },
  structured: { title: "structured", mark: "■", meaning: "no random bulk describes it" },
  "heavy-tailed": { title: "heavy-tailed", mark: "◆", meaning: "its tail decays like a power" },
  "rank-deficient": { title: "rank-deficient", mark: "✕", meaning: "it has directions that hold nothing" },
  undetermined: { title: "undetermined", mark: "?", meaning: "the numbers at hand decide nothing" },
};

/** Layers of each verdict that occurs, in the order of `verdictTexts`. */
export function countVerdicts(layers: readonly LayerResult[]): [Verdict, number][] {
  return (Object.keys(verdictTexts) as Verdict[]) // a Record's keys are no more than its type says
    .map((verdict): [Verdict, number] => [
      verdict,
      layers.filter((layer) => layer.verdict === verdict).length,
    ])
    .filter(([, count]) => count > 0);
}

/** Skipped rows of each reason, most frequent first, then by name. */
export function countReasons(layers: readonly LayerResult[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (layer.status !== "skipped") continue;
    const reason = layer.reason ?? "unknown";
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/**
 * The answer first: what the analysed matrices of a checkpoint are, in a sentence.
 *
 * @param checkpoint - a checkpoint of the result.
 * @returns e.g. `4 of 11 analysed matrices are noise with spikes; 3 are noise-like.`
 */
export function verdictSentence(checkpoint: CheckpointResult): string {
  const [, ...rest] = byFrequency(checkpoint);
  const others = rest.map(([other, n]) => `${n} ${n === 1 ? "is" : "are"} ${verdictTexts[other].title}`);
  const lead = verdictLead(checkpoint);
  return others.length === 0 ? lead : `${lead.slice(0, -1)}; ${joinWithAnd(others)}.`;
}

/** The most frequent verdict alone, for where the others are listed beside it. */
export function verdictLead(checkpoint: CheckpointResult): string {
  const analysed = checkpoint.layers.filter((layer) => layer.status === "analysed").length;
  if (analysed === 0) return "No matrix was analysed.";
  const first = byFrequency(checkpoint)[0];
  if (first === undefined)
    return `${analysed} ${analysed === 1 ? "matrix" : "matrices"} analysed, without a verdict.`;
  const [verdict, count] = first;
  const { title } = verdictTexts[verdict];
  if (count < analysed) {
    return `${count} of ${analysed} analysed matrices ${count === 1 ? "is" : "are"} ${title}.`;
  }
  return count === 1
    ? `The one analysed matrix is ${title}.`
    : `All ${count} analysed matrices are ${title}.`;
}

function byFrequency(checkpoint: CheckpointResult): [Verdict, number][] {
  return countVerdicts(checkpoint.layers).sort(([, m], [, n]) => n - m);
}

/** "a", "a and b", "a, b and c". */
export function joinWithAnd(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
