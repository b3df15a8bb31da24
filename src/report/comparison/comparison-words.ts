import type { LayerResult } from "../../analysis/result.ts";
import type { ComparedLayer, ComparisonResult, MetricDifference } from "../../comparison/result.ts";
import { joinWithAnd, verdictTexts } from "../describe-verdict.ts";
import { formatNumber, missing } from "../format-number.ts";

/** What stands for a state, with a mark beside the words, so that colour is never alone. */
export const stateTexts: Readonly<
  Record<
    MetricDifference["state"],
    { readonly mark: string; readonly title: string; readonly meaning: string }
  >
> = {
  moved: { mark: "●", title: "moved", meaning: "by more than twice its error" },
  unsure: { mark: "◐", title: "unsure", meaning: "by one to two errors" },
  none: { mark: "○", title: "none", meaning: "no more than its error" },
  unreliable: { mark: "✕", title: "unreliable", meaning: "it rests on a fit that does not hold" },
  unknown: { mark: "?", title: "no error known", meaning: "no error is known, or a number is missing" },
};

/** What an error of a difference is made of. */
export const errorTexts: Readonly<Record<NonNullable<MetricDifference["errorKind"]>, string>> = {
  "standard-error": "standard errors",
  interval: "90 % intervals",
  "noise-range": "spread of noise of the shape",
  bound: "rounding",
};

/** A share of a norm in percent; a dash for null. */
export function percentText(share: number | null, digits = 3): string {
  return share === null ? missing : `${formatNumber(100 * share, digits)} %`;
}

/** How far a layer moved: over its norm where weights were at hand, else what the spectra allow at least. */
export function movementOf({ relativeChange, spectralDistance }: ComparedLayer): number | null {
  return relativeChange ?? spectralDistance;
}

/** Whether weights were at hand, so that what moved is known itself. */
export function hasWeights({ a, b }: ComparisonResult): boolean {
  return a.from === "checkpoint" && b.from === "checkpoint";
}

/** The answer first: how many layers moved, how far, what the change is like, and which verdicts changed. */
export function comparisonLead(result: ComparisonResult): string {
  return [movedSentence(result), changeSentence(result), verdictSentence(result), otherSentence(result)]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function movedSentence(result: ComparisonResult): string {
  const { totals, layers } = result;
  const { compared, moved, identical } = totals;
  const moving = layers.filter(({ state }) => state === "moved");
  const measure = hasWeights(result) ? "of their norm" : "of their norm at least, by the spectra";
  if (moved === 0) {
    if (identical === compared) return `${all(compared)} identical.`;
    const spectra = hasWeights(result) ? "" : ": the spectra are the same, what has turned they don't tell";
    return `No layer moved by more than rounding makes${spectra}.`;
  }
  const sizes = moving.flatMap((layer) => movementOf(layer) ?? []);
  const [most, least] = [Math.max(...sizes), Math.min(...sizes)];
  const range =
    moved === 1
      ? `by ${percentText(most)} of its norm${hasWeights(result) ? "" : " at least, by the spectra"}`
      : `by ${percentText(least)} to ${percentText(most)} ${measure}`;
  const who =
    moved === compared
      ? compared === 1
        ? "The one layer"
        : `All ${compared} layers`
      : `${moved} of ${compared} layers`;
  const rest = identical > 0 ? `; ${identical} ${identical === 1 ? "is" : "are"} identical` : "";
  const errors = moving.flatMap((layer) => layer.relativeChangeError ?? layer.spectralDistanceError ?? []);
  const rounding =
    errors.length === 0 ? "" : ` (rounding makes ${percentText(Math.max(...errors), 2)} at most)`;
  return `${who} moved, ${range}${rounding}, ${layers[0]!.layer} most${rest}.`;
}

function all(count: number): string {
  return count === 1 ? "The one layer is" : `All ${count} layers are`;
}

/** What W_B - W_A looks like. */
function changeSentence({ layers }: ComparisonResult): string {
  const judged = layers.flatMap(({ change }) => (change?.verdict ? [change.verdict] : []));
  if (judged.length === 0) return "";
  const counts = Object.keys(verdictTexts).flatMap((verdict) => {
    const count = judged.filter((each) => each === verdict).length;
    return count === 0 ? [] : [`${verdictTexts[verdict as keyof typeof verdictTexts].title} in ${count}`];
  });
  return `The difference of the weights is ${joinWithAnd(counts)}.`;
}

function verdictSentence({ layers, totals }: ComparisonResult): string {
  if (totals.verdictChanged === 0) return "No verdict changed.";
  const counts = new Map<string, number>();
  for (const { verdicts } of layers) {
    if (verdicts.a === verdicts.b) continue;
    const [from, to] = [verdicts.a, verdicts.b].map((verdict) =>
      verdict === null ? "none" : verdictTexts[verdict].title,
    );
    const text = `${from} to ${to}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const list = Array.from(counts, ([text, count]) => `${text} (${count})`);
  const noun = totals.verdictChanged === 1 ? "verdict" : "verdicts";
  return `${totals.verdictChanged} ${noun} changed: ${joinWithAnd(list)}.`;
}

function otherSentence({ totals }: ComparisonResult): string {
  const { onlyInA, onlyInB } = totals;
  const parts = [
    ...(onlyInA > 0 ? [`${onlyInA} only in A`] : []),
    ...(onlyInB > 0 ? [`${onlyInB} only in B`] : []),
  ];
  if (parts.length === 0) return "";
  return `${joinWithAnd(parts)} ${onlyInA + onlyInB === 1 ? "is" : "are"} not compared.`;
}

/** The row of W_B - W_A as an analysis would have it, for charts and columns that are made of such rows. */
export function changeAsLayer(layer: ComparedLayer): LayerResult | null {
  const { change, tensor, kind, role, block, depth, shape, dtypes } = layer;
  if (change === null) return null;
  return {
    tensor,
    layer: layer.layer,
    kind,
    role,
    block,
    depth,
    shape,
    dtype: dtypes.b,
    orientation: "out-in",
    status: "analysed",
    reason: null,
    detail: null,
    ...change,
  };
}
