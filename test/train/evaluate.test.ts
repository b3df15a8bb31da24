import { expect, test } from "vitest";
import { referenceBackend } from "../../src/backends/reference.ts";
import { evaluator } from "../../src/train/evaluate.ts";
import { initialState } from "../../src/train/initial-state.ts";
import { prepareRecipe } from "../../src/train/prepare-recipe.ts";
import { parseRecipe, type RecipeInput } from "../../src/train/recipe.ts";
import { stepProgram } from "../../src/train/step-program.ts";
import { toy } from "./toy.ts";

/** Evaluates a model as it is drawn, in batches of so many. */
async function evaluated(given: RecipeInput, batchSize: number, signal?: AbortSignal) {
  const { recipe, ingredients } = await prepareRecipe(parseRecipe({ ...given, batchSize }));
  const { model, batches, updating } = ingredients;
  const backend = referenceBackend();
  const traced = model.trace({ batchSize, training: false, labelSmoothing: 0 });
  const state = await initialState(backend, traced, stepProgram(traced, updating), recipe, null);
  const testing = batches.testing(traced);
  const options = { ...recipe, perToken: batches.task.perToken };
  const { at } = await evaluator(backend, state, model, traced, testing, options);
  return await at(0, signal);
}

test("the last batch is filled up without a trace: any batch size gives the same means over all 297 digits", async () => {
  const given = { ...toy, sparsity: {}, evaluateBatches: undefined };
  const { activatedRatioPerLayer, derivativeSparsityPerLayer, ...means } = await evaluated(given, 297);
  for (const batchSize of [8, 100, 296]) {
    const other = await evaluated(given, batchSize);
    // Sums of float64 in another order.
    for (const [name, mean] of Object.entries(means)) {
      expect(other[name as keyof typeof means], `${name}, ${batchSize}`).toBeCloseTo(mean!, 12);
    }
    expect(other.activatedRatioPerLayer["block.0.mlp"]).toBeCloseTo(
      activatedRatioPerLayer["block.0.mlp"]!,
      12,
    );
    expect(other.derivativeSparsityPerLayer["block.0.mlp"]).toBeCloseTo(
      derivativeSparsityPerLayer["block.0.mlp"]!,
      12,
    );
  }
});

test("a language model as it is drawn knows next to nothing: perplexity is about the vocabulary's size", async () => {
  const given: RecipeInput = {
    ...toy,
    imageMixing: undefined,
    sparsity: {},
    data: { name: "text", tokenizer: "bytes" },
    model: { kind: "gpt", contextLength: 8, width: 8, depth: 1, heads: 1 },
    evaluateBatches: 2,
  };
  const { loss, perplexity } = await evaluated(given, 4);
  expect(perplexity).toBe(Math.exp(loss));
  // Logits of deviation 0.02 sqrt 8 change the mean of ln softmax by less than a hundredth.
  expect(perplexity! / 259).toBeGreaterThan(0.9);
  expect(perplexity! / 259).toBeLessThan(1.1);
});

test("an evaluation ends between two batches when it is asked to", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("enough")), 0);
  // One example a batch: the timer fires long before all 297 are done.
  await expect(evaluated({ ...toy, evaluateBatches: undefined }, 1, stop.signal)).rejects.toThrow("enough");
});
