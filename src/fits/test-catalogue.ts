/** One row of the list of tests and estimators: what decides, and where it is from. */
export interface TestEntry {
  readonly id: string;
  readonly name: string;
  /** What it asks, or estimates. */
  readonly question: string;
  readonly statistic: string;
  readonly source: string;
}

/** Every test and estimator that an analysis rests on: what `marchenko laws` prints under the laws. */
export const testCatalogue: readonly TestEntry[] = [
  {
    id: "bulk-scale",
    name: "Scale of the bulk",
    question: "How large is the noise under the outliers?",
    statistic: "trimmed sum of eigenvalues / that of Marchenko-Pastur quantiles, outliers set aside",
    source: "Ke, Ma & Lin 2023, J. Am. Stat. Assoc. 118:374-392",
  },
  {
    id: "bulk-ks",
    name: "Kolmogorov-Smirnov test of the bulk",
    question: "Does noise lie as far from its own Marchenko-Pastur fit?",
    statistic: "M D, against simulated noise",
    source: "Kolmogorov 1933; Dumitriu & Edelman 2002 (simulation)",
  },
  {
    id: "upper-edge",
    name: "Tracy-Widom test above the bulk",
    question: "Does noise reach as far up?",
    statistic: "(lambda N / s^2 - centre) / width, one outlier after the other",
    source: "Johnstone 2001; Ma 2012; Kritchman & Nadler 2009",
  },
  {
    id: "lower-edge",
    name: "Test below the bulk",
    question: "Does noise reach as far down?",
    statistic: "log lambda, centred and scaled; square and nearly square matrices by laws of their own",
    source: "Ma 2012, theorem 2; Edelman 1988",
  },
  {
    id: "bbp",
    name: "Strength and overlap of an outlier",
    question: "What was planted, and how well do its vectors show it?",
    statistic: "y^2 = (t^2 + s^2 N)(t^2 + s^2 M) / t^2, inverted",
    source: "Baik, Ben Arous & Peche 2005; Benaych-Georges & Nadakuditi 2012",
  },
  {
    id: "second-opinion",
    name: "Second opinions",
    question: "Is a bulk noise of unequal variances, or of a population spectrum?",
    statistic: "M D from the separable law, and from a generalised Marchenko-Pastur law",
    source: "Silverstein & Choi 1995; Paul & Silverstein 2009",
  },
  {
    id: "spacing-ratio",
    name: "Spacing ratio",
    question: "Do neighbouring singular values repel each other as those of random matrices?",
    statistic: "mean min(d_i, d_i+1) / max(d_i, d_i+1), against 0.5307 and 0.3863",
    source: "Oganesyan & Huse 2007; Atas et al. 2013",
  },
  {
    id: "power-law-tail",
    name: "Power-law fit of the tail",
    question: "Which exponent, from where on?",
    statistic: "maximum likelihood, x_min by least KS distance",
    source: "Clauset, Shalizi & Newman 2009",
  },
  {
    id: "tail-bootstrap",
    name: "Bootstrap of the tail",
    question: "Would a power law look so unlike one?",
    statistic: "D of samples, x_min chosen anew in each",
    source: "Clauset, Shalizi & Newman 2009, section 4",
  },
  {
    id: "tail-alternatives",
    name: "Likelihood ratios of the tail",
    question: "Does another law fit it better?",
    statistic: "ln L(power law) - ln L(exponential, lognormal, cutoff)",
    source: "Vuong 1989; Clauset, Shalizi & Newman 2009, section 5; Self & Liang 1987",
  },
  {
    id: "hill",
    name: "Hill's estimate",
    question: "Does the exponent drift along the tail?",
    statistic: "1 + k / sum ln(x_i / x_min) over its upper half and quarter",
    source: "Hill 1975, Ann. Stat. 3:1163-1174",
  },
  {
    id: "comparable-alpha",
    name: "Aspect-ratio-comparable exponent",
    question: "What is the exponent on blocks of one aspect ratio?",
    statistic: "mean of Hill's estimates over blocks that cover the matrix",
    source: "FARMS, arXiv 2506.06280",
  },
  {
    id: "localisation",
    name: "Localisation of a singular vector",
    question: "Would a random vector be as uneven?",
    statistic: "sqrt(n) D of n v_i^2 from Porter-Thomas; 1 / sum v_i^4",
    source: "Porter & Thomas 1956; Bell & Dean 1970; Thamm et al. 2022, arXiv 2203.14661",
  },
  {
    id: "permutation-null",
    name: "Permutation null",
    question: "What is left when the layer's own entries are shuffled?",
    statistic: "largest singular value and D of shuffles",
    source: "Davison & Hinkley 1997, section 4.3",
  },
  {
    id: "shrinkage",
    name: "Optimal shrinkage",
    question: "Which directions to keep, how large, with which error?",
    statistic: "singular values of least loss; hard threshold 4 / sqrt 3 s sqrt N at q = 1",
    source: "Gavish & Donoho 2014, 2017",
  },
];
