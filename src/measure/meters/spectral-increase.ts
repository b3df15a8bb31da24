import { broadcastTo } from "../../autodiff/ops/broadcasting.ts";
import { squareRoot } from "../../autodiff/ops/square-root.ts";
import { sumOfSquares } from "../../autodiff/ops/sum-of-squares.ts";
import { scaled } from "../estimate.ts";
import { exampleSum, square, tokenSquares } from "./entry-parts.ts";
import { defineMeter } from "./meter.ts";

const source = "github.com/cdgyp/sparsity, SpectralIncreasePlugin";

/** Whether flatness is bought by shrinking norms: they would then fall while training. */
export const spectralIncrease = defineMeter({
  id: "spectralIncrease",
  title: "Norms of keys and gradients",
  nested: true,
  values: ({ key, g, gZ, batchSize }) => ({
    key: broadcastTo(sumOfSquares(key), [batchSize]),
    gradient: exampleSum(square(g)),
    output: exampleSum(squareRoot(tokenSquares(gZ))),
  }),
  numbers: {
    keyTrace: {
      title: "Trace of K K'",
      symbol: "tr K K'",
      unit: "weight^2",
      formula: "||K||_F^2",
      meaning: "Squared norm of the key matrix; it has no standard error, being known.",
      source,
      estimate: ({ mean }) => mean("key"),
    },
    gradientTrace: {
      title: "Trace of M",
      symbol: "tr M",
      unit: "loss^2 / activation^2",
      formula: "mean_i ||g_i||^2, the trace of M = E[g g']",
      meaning: "Squared length of a token's gradients for activations.",
      source,
      estimate: ({ mean, tokens }) => scaled(mean("gradient"), 1 / tokens),
    },
    outputGradientNorm: {
      title: "Norm of output gradients",
      symbol: "||g_Z||",
      unit: "loss / activation",
      formula: "mean_i ||g_Z,i||",
      meaning: "Length of a token's gradients for the block's output: small where gradients vanish above it.",
      source,
      estimate: ({ mean, tokens }) => scaled(mean("output"), 1 / tokens),
    },
  },
});
