/** A number of a card that is no metric: heads of its tables, and what is told of its fits beside them. */
export interface CardDefinition {
  /** As the card calls it. */
  readonly title: string;
  readonly symbol: string;
  readonly meaning: string;
  readonly formula: string;
  readonly source: string;
}

const bbp = "Baik, Ben Arous & Péché 2005; Benaych-Georges & Nadakuditi 2012";
const vuong = "Vuong 1989; Clauset, Shalizi & Newman 2009, section 5";
const shrinkers = "Gavish & Donoho 2017";
const threshold = "Gavish & Donoho 2014";

/** What the catalogue of metrics does not define, in the order in which a card holds it. */
export const cardDefinitions: readonly CardDefinition[] = [
  {
    title: "p",
    symbol: "p",
    meaning:
      "Probability that noise of this shape and scale has so large (below the bulk: so small) a singular value, once those before it are taken out.",
    formula:
      "Tracy-Widom law at the edge of the remaining N − j + 1 by M − j + 1 noise, averaged over the error of s",
    source: "Johnstone 2001; Ma 2012; sequential test: Kritchman & Nadler 2009",
  },
  {
    title: "p, all layers",
    symbol: "p_adj",
    meaning: "The same, corrected for looking at many layers: it is what findings rest on.",
    formula: "min(1, p · layers with a fit)",
    source: "Bonferroni's inequality",
  },
  {
    title: "planted strength",
    symbol: "t",
    meaning: "The singular value of the direction under the noise, which lifts what is seen above it.",
    formula: "y² = (t² + s² N)(t² + s² M) / t², y the singular value that is seen",
    source: bbp,
  },
  {
    title: "overlap, larger side",
    symbol: "c²",
    meaning:
      "Expected squared cosine between the singular vector that is seen, of length N, and the planted one.",
    formula: "1 − N (M + x²) / (x² (x² + N)), x = t / s",
    source: bbp,
  },
  {
    title: "overlap, smaller side",
    symbol: "d²",
    meaning: "The same for the singular vector of length M.",
    formula: "1 − M (N + x²) / (x² (x² + M)), x = t / s",
    source: bbp,
  },
  {
    title: "power law",
    symbol: "p(x)",
    meaning:
      "Whether the upper tail may be called one: it has enough eigenvalues, is heavier than an exponential, is near enough to its fit, and no other law does better.",
    formula: "p(x) ~ x^−alpha for x ≥ x_min",
    source: "Clauset, Shalizi & Newman 2009",
  },
  ...[
    ["exponential", "p(x) ~ exp(−x / m)"],
    ["lognormal", "p(x) ~ exp(−(ln x − mu)² / (2 w²)) / x"],
    ["truncated power law", "p(x) ~ x^−alpha exp(−x / m)"],
  ].map(([law, formula]) => ({
    title: `against ${law}`,
    symbol: "R",
    meaning:
      "Log likelihood of the power law less that of the other law, fitted to the same tail: above 0 it is the likelier.",
    formula: `other law: ${formula}`,
    source: vuong,
  })),
  {
    title: "rank to keep",
    symbol: "k",
    meaning: "Directions that stand out of the noise, each kept with a smaller singular value.",
    formula: "h = t c d for each, which makes the expected Frobenius error least",
    source: shrinkers,
  },
  {
    title: "error of what was found, relative",
    symbol: "E",
    meaning:
      "Expected distance of the denoised matrix from the planted directions that were found, over their norm.",
    formula: "E² = Σ t² (1 − c² d²) / Σ t²",
    source: shrinkers,
  },
  {
    title: "energy kept",
    symbol: "‖denoised‖² / ‖W‖²",
    meaning: "How much of the squared norm the denoised matrix keeps.",
    formula: "Σ h² / Σ y²",
    source: shrinkers,
  },
  {
    title: "hard threshold",
    symbol: "τ",
    meaning: "Where to cut instead, if singular values are kept as they are.",
    formula: "s √N · √(2(q + 1) + 8q / (q + 1 + √(q² + 14q + 1)))",
    source: `${threshold}, equation 11`,
  },
  {
    title: "rank over it",
    symbol: "k_τ",
    meaning:
      "How many singular values lie over the hard threshold, and the expected relative error of keeping these.",
    formula: "number of y over τ",
    source: threshold,
  },
];
