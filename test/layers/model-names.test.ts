import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Layer } from "../../src/layers/layer.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { placeOf } from "../../src/layers/tensor-part.ts";
import { describedOnly } from "./described.ts";

/** Names and shapes by the libraries themselves: `scripts/fixtures/layer_names.py` says how. */
interface NamesOf {
  readonly library: string;
  readonly version: string;
  readonly models: Readonly<Record<string, NamedModel>>;
}

interface NamedModel {
  readonly config: Record<string, unknown>;
  readonly tensors: Readonly<Record<string, number[]>>;
  /** Outputs of a fused tensor that are queries, keys and values, as runs [first, count]. */
  readonly fused?: Readonly<Record<string, Record<"q" | "k" | "v", [number, number][]>>>;
}

const libraries = ["torch", "transformers", "timm", "torchvision", "diffusers"].map((library): NamesOf => {
  const file = new URL(`../fixtures/layer-names/${library}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
});

const models = new Map<string, NamedModel>(
  libraries.flatMap(({ library, models }) =>
    Object.entries(models).map(([name, model]) => [`${library}: ${name}`, model] as const),
  ),
);

function layersOfModel(name: string): Layer[] {
  const { tensors, config } = models.get(name)!;
  return layersOf(
    Object.entries(tensors).map(([tensor, shape]) => describedOnly(tensor, shape)),
    { config },
  );
}

/** How often each role, or kind without one, is analysed; matrices of skipped tensors under "-". */
function tally(layers: readonly Layer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { skip, role, kind, shape } of layers) {
    if (skip && (shape.length < 2 || kind === "norm" || kind === "bias")) continue;
    const what = skip ? `- ${kind}` : (role ?? kind);
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

describe.each([...models.keys()])("%s", (name) => {
  const { tensors, fused = {} } = models.get(name)!;
  const layers = layersOfModel(name);

  test("every tensor is in a row, and every analysed matrix has more than one row and column", () => {
    const rows = layers.flatMap(({ tensor, tensors }) => tensors ?? [tensor]);
    expect(new Set(rows)).toEqual(new Set(Object.keys(tensors)));
    for (const { skip, matrixShape, layer } of layers) {
      if (skip === null && !layer.includes("shared_expert_gate"))
        expect(Math.min(...matrixShape!), layer).toBeGreaterThan(1);
    }
  });

  test("what lies in an attention, an MLP or a recurrent cell has a role", () => {
    for (const { layer, skip, role } of layers) {
      if (skip || !/(attn|attention|mlp|ffn|weight_[ih]h|fc\d)/i.test(layer)) continue;
      // Convolutional networks call their parts so, too; the rest is told below.
      if (
        /(attentions|transformer_blocks|down_blocks|up_blocks|mid_block|downsample|reduction|cpb_mlp|time_emb)/.test(
          layer,
        )
      )
        continue;
      expect([layer, role]).not.toEqual([layer, null]);
    }
  });

  test.each(Object.entries(fused))("%s is taken apart as the library's own code does it", (tensor, truth) => {
    for (const [label, runs] of Object.entries(truth)) {
      const { part, orientation } = layers.find(({ layer }) => layer === `${tensor}[${label}]`)!;
      const bands = orientation === "out-in" ? part!.rows : part!.columns;
      const places = Array.from({ length: bands.length * bands.count }, (_, i) => placeOf(bands, i));
      expect(places).toEqual(
        runs.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i)),
      );
    }
  });
});

test.each<[string, Record<string, number>]>([
  [
    "transformers: GPT-2",
    {
      query: 1,
      key: 1,
      value: 1,
      "attention-out": 1,
      "mlp-in": 1,
      "mlp-out": 1,
      "token-embedding": 1,
      "- embedding": 1,
      head: 1,
    },
  ],
  [
    "transformers: LLaMA",
    {
      query: 1,
      key: 1,
      value: 1,
      "attention-out": 1,
      "mlp-gate": 1,
      "mlp-in": 1,
      "mlp-out": 1,
      "token-embedding": 1,
      head: 1,
    },
  ],
  [
    "transformers: Mixtral",
    {
      query: 1,
      key: 1,
      value: 1,
      "attention-out": 1,
      "mlp-gate": 4,
      "mlp-in": 4,
      "mlp-out": 4,
      router: 1,
      "token-embedding": 1,
      head: 1,
    },
  ],
  [
    "transformers: gpt-oss",
    {
      query: 1,
      key: 1,
      value: 1,
      "attention-out": 1,
      "mlp-gate": 4,
      "mlp-in": 4,
      "mlp-out": 4,
      router: 1,
      "token-embedding": 1,
      head: 1,
    },
  ],
  [
    "transformers: Granite-MoE",
    {
      query: 1,
      key: 1,
      value: 1,
      "attention-out": 1,
      "mlp-gate": 4,
      "mlp-in": 4,
      "mlp-out": 4,
      router: 1,
      "token-embedding": 1,
      head: 1,
    },
  ],
  [
    "transformers: DBRX",
    {
      query: 1,
      key: 1,
      value: 1,
      "attention-out": 1,
      "mlp-gate": 4,
      "mlp-in": 4,
      "mlp-out": 4,
      router: 1,
      "token-embedding": 1,
      head: 1,
    },
  ],
  [
    "transformers: Whisper",
    {
      query: 3,
      key: 3,
      value: 3,
      "attention-out": 3,
      "mlp-in": 2,
      "mlp-out": 2,
      conv: 2,
      "token-embedding": 1,
      "- embedding": 2,
      head: 1,
    },
  ],
  [
    "timm: vit_tiny_patch16_224",
    {
      "patch-embedding": 1,
      query: 12,
      key: 12,
      value: 12,
      "attention-out": 12,
      "mlp-in": 12,
      "mlp-out": 12,
      head: 1,
      "- embedding": 2,
    },
  ],
  ["torch: LSTM", { "input-hidden": 16, "hidden-hidden": 16 }],
  ["torch: GRU", { "input-hidden": 3, "hidden-hidden": 3 }],
  ["torch: weight norm", { conv: 1 }],
])("%s has these matrices", (name, expected) => {
  expect(tally(layersOfModel(name))).toEqual(expected);
});

test.each<[string, number]>([
  ["timm: mobilenetv2_035", 17],
  ["timm: efficientnet_b0", 16],
  ["timm: convnext_atto", 12],
  ["torchvision: mobilenet_v2", 17],
  ["transformers: MobileNetV2", 17],
  ["transformers: ConvNeXt", 2],
  ["torchvision: vgg11", 0],
  ["torchvision: resnet18", 0],
])("%s has %i depthwise convolutions", (name, count) => {
  const depthwise = layersOfModel(name).filter(({ skip }) => skip?.detail.includes("depthwise"));
  expect(depthwise).toHaveLength(count);
});
