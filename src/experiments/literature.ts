/** What the literature states in public; the tables behind it are not reproduced here. */
export const literature = {
  improvement: {
    statement:
      "Sparsity at inference improves by at least 36 %, and at training by at least 50 %, over vanilla Transformers on ImageNet-1K and C4.",
    source: "Peng et al. 2026, arXiv 2605.25612, abstract",
  },
  earlier: {
    statement: "Sparsity improves by about 50 % on ImageNet-1K and C4, for training and for inference.",
    source: "Peng et al. 2023, arXiv 2309.03004 v2, abstract",
  },
  modules: {
    statement:
      "Sparsity is encouraged by zeroth biases, by a lower bound of LayerNorm's scale, and further by a new activation function.",
    source: "Peng et al. 2026, arXiv 2605.25612, abstract",
  },
  flatness: {
    statement:
      "The activation sparsity of an MLP block equals augmented flatness over input norm times activation gradient; the ratio falls during training.",
    source: "Peng et al. 2026, arXiv 2605.25612, abstract",
  },
  robustness: {
    statement:
      "Gradient sparsity, and through it activation sparsity, is a necessary step toward adversarial robustness to changes of hidden features and parameters, which is approximately flatness for well-learned models.",
    source: "Peng et al. 2023, arXiv 2309.03004, abstract",
  },
  concentration: {
    statement:
      "The ratio of the largest to the smallest non-zero singular value of weight matrices is small in trained networks.",
    source: "Peng et al. 2023, arXiv 2309.03004, abstract",
  },
} as const;
