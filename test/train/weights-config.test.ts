import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UnreadableInputError, UsageError } from "../../src/errors.ts";
import { prepareRecipe } from "../../src/train/prepare-recipe.ts";
import { parseRecipe } from "../../src/train/recipe.ts";
import { runFolders, toy } from "./toy.ts";

const newFolder = runFolders();

/** A ViT as transformers describes it; what isn't there has transformers' defaults. */
const config = {
  model_type: "vit",
  hidden_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 40,
  image_size: 8,
  patch_size: 4,
  num_channels: 1,
  num_labels: 12,
};

function folderWith(text: string): string {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), text);
  writeFileSync(join(folder, "model.safetensors"), "");
  return folder;
}

const prepared = (from: string, change: object = {}) => {
  const model = { kind: "vit" };
  const finetune = { from };
  return prepareRecipe(
    parseRecipe({ ...toy, sparsity: {}, imageMixing: undefined, model, finetune, ...change }),
  );
};

describe("the config.json beside weights that are finetuned", () => {
  test("tells sizes and the activation function that the recipe leaves open", async () => {
    const folder = folderWith(JSON.stringify(config));
    const expected = {
      kind: "vit",
      width: 24,
      depth: 2,
      heads: 4,
      mlpWidth: 40,
      patchSize: 4,
      pooling: "class-token",
      layerNormEpsilon: 1e-12,
      // Ten are needed, and the weights have more.
      classes: 12,
    };
    for (const from of [folder, join(folder, "model.safetensors")]) {
      const { recipe } = await prepared(from);
      expect(recipe.model).toMatchObject(expected);
      expect(recipe.sparsity.activation).toBe("gelu");
    }
  });

  test("gives way to what the recipe states, and to what the data need", async () => {
    const from = folderWith(JSON.stringify({ ...config, num_labels: 3, image_size: 224 }));
    const model = { kind: "vit", heads: 2 };
    const { recipe } = await prepared(from, { model, sparsity: { activation: "jsrelu" } });
    expect(recipe.model).toMatchObject({ heads: 2, width: 24, classes: 10, imageSize: 8 });
    expect(recipe.sparsity.activation).toBe("jsrelu");
  });

  test("may be missing", async () => {
    expect((await prepared("/nowhere/model")).recipe.model).toMatchObject({ width: 32, heads: 2 });
  });

  test("of another model is an error of the recipe", async () => {
    const from = folderWith(JSON.stringify({ model_type: "gpt2" }));
    await expect(prepared(from)).rejects.toThrow(/is of a model "gpt", and the recipe's model.kind is "vit"/);
    await expect(prepared(from)).rejects.toBeInstanceOf(UsageError);
  });

  test.each([
    "{",
    "[]",
    '{"model_type":"bert"}',
    JSON.stringify({ ...config, qkv_bias: false }),
    JSON.stringify({ ...config, hidden_size: 1e9 }),
    JSON.stringify({ ...config, hidden_act: "__proto__" }),
  ])("that can't be used is an error of the file: %s", async (text) => {
    const from = folderWith(text);
    await expect(prepared(from)).rejects.toBeInstanceOf(UnreadableInputError);
    await expect(prepared(from)).rejects.toThrow(join(from, "config.json"));
  });
});
