import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sizeOf } from "../../src/autodiff/shape.ts";
import { UnreadableInputError, UsageError } from "../../src/errors.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { modelOf, modelOfConfig, models } from "../../src/models/catalogue.ts";
import type { Model } from "../../src/models/model.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { tinyModels } from "./tiny-models.ts";

const relu = sparsityOptions.parse({});
const options = { batchSize: 2, training: true, labelSmoothing: 0 };

function parametersOf(model: Model, config: unknown, more = {}): number {
  const { sizes, sparsity } = model.fromHuggingFace(config);
  const { parameters } = model.trace(sizes, sparsityOptions.parse(sparsity), { ...options, ...more });
  return Array.from(parameters.values()).reduce((total, { spec }) => total + sizeOf(spec.shape), 0);
}

describe("published sizes", () => {
  // Numbers of parameters as transformers counts those of the released checkpoints, tied ones once.
  const id2label = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, `LABEL_${i}`]));
  const t5Base = { d_model: 768, d_kv: 64, d_ff: 3072, num_layers: 12, num_heads: 12 };
  const known: readonly (readonly [string, Record<string, unknown>, number])[] = [
    ["ViT-B/16 for 1000 classes", { model_type: "vit", id2label }, 86_567_656],
    ["T5-Base", { model_type: "t5", ...t5Base }, 222_903_552],
    ["GPT-2", { model_type: "gpt2" }, 124_439_808],
  ];
  it.each(known)("%s", (_, config, count) => {
    expect(parametersOf(modelOfConfig(config), config, { length: 4 })).toBe(count);
  });

  it("784-512-512-10: 784 512 + 512 + 512 512 + 512 + 512 10 + 10", () => {
    const { parameters } = modelOf("mlp").trace({}, relu, options);
    const count = Array.from(parameters.values()).reduce((total, { spec }) => total + sizeOf(spec.shape), 0);
    expect(count).toBe(669_706);
  });
});

it("every family is among the tiny models", () => {
  expect(models.filter((model) => !tinyModels.some((tiny) => tiny.model === model))).toEqual([]);
});

describe.each(models.map((model) => [model.kind, model] as const))("%s", (kind, model) => {
  it("is found by its kind and by its configuration", () => {
    expect(modelOf(kind)).toBe(model);
    expect(modelOfConfig(model.huggingFaceConfig({}, relu))).toBe(model);
  });

  it("has sizes by default, which its configuration keeps", () => {
    const config = model.huggingFaceConfig({}, sparsityOptions.parse({ activation: "jsrelu" }));
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    const { sizes, sparsity } = model.fromHuggingFace(config);
    expect(sparsity).toEqual({ activation: "jsrelu" });
    expect(model.huggingFaceConfig(sizes, sparsityOptions.parse(sparsity))).toEqual(config);
    const parameters = (of: unknown) =>
      Array.from(model.trace(of, relu, options).parameters.values(), ({ spec }) => [spec.name, spec.shape]);
    expect(parameters(sizes)).toEqual(parameters({}));
  });

  it("keeps the activation function that its configuration names, exactly", () => {
    for (const activation of ["relu", "gelu", "gelu-new", "silu", "squared-relu"]) {
      for (const { sizes } of tinyModels.filter((each) => each.model === model)) {
        const config = model.huggingFaceConfig(sizes, sparsityOptions.parse({ activation }));
        expect(model.fromHuggingFace(config).sparsity).toEqual({ activation });
      }
    }
  });

  it("has a JSON schema", () => {
    expect(z.toJSONSchema(model.sizes, { io: "input" })).toHaveProperty("properties.width");
  });

  it("draws the same finite entries for the same seed", () => {
    const tiny = tinyModels.find((each) => each.model === model)!;
    for (const { spec } of model.trace(tiny.sizes, relu, options).parameters.values()) {
      const draw = (seed: number) => spec.initial(randomStream(seed, [spec.name]), spec.shape);
      expect(draw(1)).toEqual(draw(1));
      expect(draw(1).length).toBe(sizeOf(spec.shape));
      expect(draw(1).every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses sizes that it doesn't know or that aren't sizes", () => {
    for (const sizes of [{ widht: 3 }, { width: 0 }, { depth: 1.5 }, { depth: "2" }, null, 7]) {
      expect(() => model.trace(sizes, relu, options)).toThrow(UsageError);
    }
    expect(() => model.trace({ widht: 3 }, relu, options)).toThrow(/widht/);
  });
});

describe("sizes that don't fit each other", () => {
  it.each([
    ["vit", { imageSize: 9, patchSize: 2 }, /patchSize/],
    ["vit", { width: 10, heads: 4 }, /heads/],
    ["gpt", { width: 10, heads: 4 }, /heads/],
    ["t5", { width: 10, heads: 4 }, /heads/],
  ] as const)("%s %j", (kind, sizes, message) => {
    expect(() => modelOf(kind).trace(sizes, relu, options)).toThrow(message);
  });
});

describe("configurations that aren't supported are refused by name", () => {
  it.each([
    [{ model_type: "bert" }, /"bert": expected one of/],
    [{}, /model_type/],
    [null, /model_type/],
    [{ model_type: "gpt2", scale_attn_by_inverse_layer_idx: true }, /scale_attn_by_inverse_layer_idx/],
    [{ model_type: "gpt2", activation_function: "mish" }, /"mish"/],
    [{ model_type: "gpt2", n_embd: 10, n_head: 3 }, /heads/],
    [{ model_type: "vit", qkv_bias: false }, /qkv_bias/],
    [{ model_type: "vit", image_size: [224, 224] }, /image_size/],
    [{ model_type: "t5", is_encoder_decoder: false }, /is_encoder_decoder/],
    [{ model_type: "t5", feed_forward_proj: "gated-mish" }, /"mish"/],
    [{ model_type: "marchenko-mlp" }, /sizes/],
    [{ model_type: "gpt2", n_layer: 1e9 }, /n_layer/],
    [{ model_type: "gpt2", n_positions: 1e9 }, /n_positions/],
    [{ model_type: "t5", d_model: 1e15 }, /d_model/],
  ])("%j", (config, message) => {
    const read = () => modelOfConfig(config).fromHuggingFace(config);
    expect(read).toThrow(UnreadableInputError);
    expect(read).toThrow(message);
  });

  it("a kind that isn't there", () => {
    expect(() => modelOf("vti")).toThrow(/"vti": expected one of mlp, vit, t5, gpt/);
  });
});

describe("names of files", () => {
  it("tied matrices are taken under all names that transformers gives them", () => {
    const aliases = (kind: string, name: string, sizes = {}) =>
      modelOf(kind).trace(sizes, relu, options).parameters.get(name)!.spec.aliases;
    expect(aliases("t5", "shared.weight")).toEqual([
      "encoder.embed_tokens.weight",
      "decoder.embed_tokens.weight",
      "lm_head.weight",
    ]);
    expect(aliases("t5", "shared.weight", { tied: false })).not.toContain("lm_head.weight");
    expect(aliases("gpt", "transformer.wte.weight")).toEqual(["wte.weight", "lm_head.weight"]);
    expect(aliases("gpt", "transformer.h.0.ln_1.weight")).toEqual(["h.0.ln_1.weight"]);
  });
  it("what released files hold beside parameters is left, and no parameter is", () => {
    for (const { model, sizes } of tinyModels) {
      const { parameters, ignores } = model.trace(sizes, relu, options);
      for (const { spec } of parameters.values()) {
        expect([spec.name, ...(spec.aliases ?? [])].some((name) => ignores?.(name))).toBe(false);
      }
    }
    const { ignores } = modelOf("gpt").trace({}, relu, options);
    expect(
      ["h.0.attn.bias", "transformer.h.11.attn.masked_bias", "h.0.attn.c_attn.scale"].map(ignores!),
    ).toEqual([true, true, false]);
  });
});
