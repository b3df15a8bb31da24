import { digits, pText, rejectionLevel } from "./judge.ts";
import type { Finding, LayerResult } from "./result.ts";

/** A spike counts in a finding when it survives the correction for the number of layers. */
const adjustedLevel = 0.05;
/** One direction with more of the squared Frobenius norm than this dominates its layer. */
const dominantShare = 0.5;

/** What one rule finds in one layer. */
type Rule = (layer: LayerResult) => Omit<Finding, "layer"> | null;

const nonFinite: Rule = ({ reason, detail }) =>
  reason === "non-finite"
    ? {
        id: "non-finite",
        severity: "error",
        evidence: detail ?? "entries that are NaN or infinite",
        advice: "Training diverged or the file is damaged: go back to an earlier checkpoint.",
      }
    : null;

const allZero: Rule = ({ reason }) =>
  reason === "zero"
    ? {
        id: "all-zero",
        severity: "warning",
        evidence: "every entry is zero",
        advice:
          "The layer does nothing: check weight decay, pruning and initialisation (LoRA B starts at zero).",
      }
    : null;

/** What two factors make (low-rank adaptation) is of low rank by its making, which is nothing to be found. */
const rankDeficient: Rule = ({ verdict, verdictEvidence, concentration, spectrum }) =>
  verdict === "rank-deficient" && spectrum?.method !== "product"
    ? {
        id: "rank-deficient",
        severity: "warning",
        evidence: verdictEvidence ?? `rank ${concentration?.rank}`,
        advice:
          "Directions have collapsed, or the matrix was built from a smaller one: a factorisation of this rank stores it.",
      }
    : null;

const dominantDirection: Rule = ({ marchenkoPastur, metrics, concentration }) => {
  const spike = marchenkoPastur?.spikes[0];
  const norm = metrics?.frobeniusNorm;
  if (!spike || !norm || !concentration || (spike.pValueAdjusted ?? 1) > adjustedLevel) return null;
  const share = (spike.singularValue / norm) ** 2;
  if (share <= dominantShare) return null;
  // Where the bulk is no noise, a p-value under noise says nothing.
  const isNoise = marchenkoPastur.pValue !== null && marchenkoPastur.pValue > rejectionLevel;
  const odds = isNoise ? `, ${pText(spike.pValue)}` : "";
  return {
    id: "dominant-direction",
    severity: "info",
    evidence: `one direction holds ${digits(100 * share)} % of the squared norm (singular value ${digits(spike.singularValue)}${odds})`,
    advice:
      "Often a mean that was not removed, or an outlier feature: look at its singular vectors before quantising.",
  };
};

const smallDirections: Rule = ({ marchenkoPastur }) => {
  const below = (marchenkoPastur?.spikesBelow ?? []).filter((s) => (s.pValueAdjusted ?? 1) <= adjustedLevel);
  if (below.length === 0 || (marchenkoPastur?.pValue ?? 0) <= rejectionLevel) return null;
  const smallest = digits(below[0]!.singularValue);
  return {
    id: "small-directions",
    severity: "info",
    evidence:
      below.length === 1
        ? `one singular value lies below the noise bulk, at ${smallest}`
        : `${below.length} singular values lie below the noise bulk, the smallest at ${smallest}`,
    advice:
      "What lies below is learned, not noise: cutting the smallest singular values of this layer may hurt.",
  };
};

const unequalVariances: Rule = ({ secondOpinions, marchenkoPastur }) => {
  const separable = secondOpinions?.find(({ id }) => id === "separable-law");
  if (!separable || !marchenkoPastur || separable.pValue <= adjustedLevel) return null;
  const plain = marchenkoPastur.spikes.length;
  const isRejected = (marchenkoPastur.pValue ?? 1) <= rejectionLevel;
  if (!isRejected && separable.spikes > plain / 2) return null; // it explains nothing that was not explained
  const evidence = isRejected
    ? `noise whose rows and columns have unequal variances fits the bulk (${pText(separable.pValue)}), Marchenko-Pastur doesn't`
    : `of ${plain} outliers of the bulk ${separable.spikes} remain if rows and columns of the noise have unequal variances (${pText(separable.pValue)})`;
  return {
    id: "unequal-variances",
    severity: "info",
    evidence,
    advice:
      "Look at the norms of rows and columns, such as those of rare tokens, before reading spikes or tails into this layer.",
  };
};

const entriesText = (outliers: number, perShuffle: number) =>
  `${outliers === 1 ? "one outlier is" : `${outliers} outliers are`} no larger than its entries make in random order, their mean taken off; ` +
  `the number that such a shuffle has is ${digits(perShuffle)} on average`;

const heavyEntries: Rule = ({ permutationNull }) =>
  permutationNull && (permutationNull.entrySpikes ?? 0) >= 1 && permutationNull.explainedSpikeCount
    ? {
        id: "heavy-entries",
        severity: "info",
        evidence: entriesText(permutationNull.explainedSpikeCount, permutationNull.entrySpikes!),
        advice:
          "Single large entries stand out there, not directions: look at the largest entries before reading these outliers.",
      }
    : null;

const localisedDirection: Rule = ({ marchenkoPastur, spectrum }) => {
  if (!marchenkoPastur || !spectrum || (marchenkoPastur.pValue ?? 0) <= rejectionLevel) return null;
  const [longer, shorter] = spectrum.rows >= spectrum.columns ? ["row", "column"] : ["column", "row"];
  for (const { singularValue, vectors, pValueAdjusted } of marchenkoPastur.spikes) {
    if (!vectors || (pValueAdjusted ?? 1) > adjustedLevel) continue;
    for (const [side, vector] of [
      [longer, vectors.left],
      [shorter, vectors.right],
    ] as const) {
      const [first] = vector.coordinates;
      if (!first || first.share < dominantShare) continue;
      return {
        id: "localised-direction",
        severity: "info",
        evidence: `the direction of singular value ${digits(singularValue)} has ${digits(100 * first.share)} % of its weight in ${side} ${first.index} (counted from 0)`,
        advice:
          "An outlier feature, a rare token, or a damaged channel: look at it before quantising or merging.",
      };
    }
  }
  return null;
};

const rules: readonly Rule[] = [
  nonFinite,
  allZero,
  rankDeficient,
  dominantDirection,
  smallDirections,
  unequalVariances,
  heavyEntries,
  localisedDirection,
];
const severityOrder = { error: 0, warning: 1, info: 2 } as const;

/** What a reader should know first about the layers of a checkpoint, the gravest first. */
export function findingsOf(layers: readonly LayerResult[]): Finding[] {
  const findings: Finding[] = layers.flatMap((layer) =>
    rules.flatMap((rule) => {
      const found = rule(layer);
      if (!found) return [];
      const { id, severity, evidence, advice } = found;
      // The keys in the order of the schema, as every reader of the JSON sees them.
      return [{ id, severity, layer: layer.layer, evidence, advice }];
    }),
  );
  const noise = layers.filter((layer) => layer.verdict === "noise-like").length;
  const judged = layers.filter((layer) => layer.verdict !== null && layer.verdict !== "undetermined").length;
  if (judged > 0 && noise / judged > 0.5) {
    findings.push({
      id: "mostly-noise",
      severity: "info",
      layer: null,
      evidence:
        judged === 1
          ? "the one layer that can be judged is noise-like"
          : `${noise} of ${judged} layers that can be judged are noise-like`,
      advice:
        "Such spectra do not differ from a random initialisation: untrained, frozen, or trained very little.",
    });
  }
  findings.push(...heavyTails(layers));
  return findings.sort((a, b) => severityOrder[a.severity] - severityOrder[b.severity]);
}

/** One finding for all layers with a power-law tail: their exponents are in the table. */
function heavyTails(layers: readonly LayerResult[]): Finding[] {
  const alphas = layers.flatMap(({ verdict, powerLaw }) =>
    verdict === "heavy-tailed" && powerLaw?.alpha ? [powerLaw.alpha] : [],
  );
  if (alphas.length === 0) return [];
  const [least, most] = [Math.min(...alphas), Math.max(...alphas)].map((alpha) => digits(alpha));
  return [
    {
      id: "heavy-tails",
      severity: "info",
      layer: null,
      evidence:
        alphas.length === 1
          ? `one layer has a power-law tail, alpha ${least}`
          : `${alphas.length} layers have power-law tails, alpha from ${least} to ${most}`,
      advice:
        "Few directions hold much of these layers, as training and very unequal scales both make them. Compare exponents between layers of one shape (or with --comparable-alpha) and along a run, not between architectures.",
    },
  ];
}
