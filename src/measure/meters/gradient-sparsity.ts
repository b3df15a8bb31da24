import { defineMeter } from "./meter.ts";
import { smallEntries, smallEntryNumbers } from "./small-entries.ts";

/** How many gradients of activations are near zero, and how large they are. */
export const gradientSparsity = defineMeter({
  id: "gradientSparsity",
  title: "Gradient sparsity",
  nested: true,
  values: ({ g }) => smallEntries(g),
  numbers: smallEntryNumbers({
    symbol: "g",
    of: "gradients of activations, g = dl / dA",
    source: "Peng et al. 2023, arXiv 2309.03004",
  }),
});
