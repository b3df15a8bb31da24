import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { input } from "../../src/autodiff/leaves.ts";
import { orderOf } from "../../src/autodiff/program.ts";
import type { Value } from "../../src/autodiff/value.ts";
import { randomStream } from "../../src/linalg/random.ts";
import type { Traced, TraceOptions } from "../../src/models/model.ts";
import { dropout } from "../../src/models/parts/dropout.ts";
import { startTracing } from "../../src/models/tracer.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { stepInputs } from "../../src/train/step-inputs.ts";
import { drawEntries, norm, runValues } from "./run-values.ts";
import { tinyModels } from "./tiny-models.ts";

const training: TraceOptions = { batchSize: 2, training: true, labelSmoothing: 0 };
// Smooth, so that differences have no kinks.
const smooth = sparsityOptions.parse({ activation: "gelu" });

/** Every rate of a family, and the names of the masks of its tiny models, as transformers places them. */
const families: Readonly<
  Record<string, { rates: Readonly<Record<string, number>>; masks: (name: string) => string[] }>
> = {
  mlp: {
    rates: { dropout: 0.3 },
    masks: (name) => [0, 1].map((i) => (name.includes("plain") ? `layers.${i}` : `blocks.${i}`)),
  },
  vit: {
    rates: { dropout: 0.3, attentionDropout: 0.2 },
    masks: () => [
      "vit.embeddings",
      ...[0, 1].flatMap((i) =>
        ["attention.attention", "attention.output", "output"].map((part) => `vit.encoder.layer.${i}.${part}`),
      ),
    ],
  },
  t5: {
    rates: { dropout: 0.3 },
    masks: () =>
      (
        [
          ["encoder", ["SelfAttention"]],
          ["decoder", ["SelfAttention", "EncDecAttention"]],
        ] as const
      ).flatMap(([stack, attentions]) => [
        `${stack}.embed_tokens`,
        ...[0, 1].flatMap((i) => {
          const layer = (place: number) => `${stack}.block.${i}.layer.${place}`;
          const last = layer(attentions.length);
          return [
            ...attentions.flatMap((name, place) => [`${layer(place)}.${name}.weights`, layer(place)]),
            `${last}.DenseReluDense`,
            last,
          ];
        }),
        `${stack}.final_layer_norm`,
      ]),
  },
  gpt: {
    rates: { embeddingDropout: 0.1, attentionDropout: 0.2, residualDropout: 0.3 },
    masks: () => [
      "transformer.drop",
      ...[0, 1].flatMap((i) => ["attn.weights", "attn", "mlp"].map((part) => `transformer.h.${i}.${part}`)),
    ],
  },
};

/** Masks and numbers of a step, as training has them. */
function drawn(traced: Traced, seed: number, step: number) {
  const program = { outputs: { loss: traced.loss } };
  return stepInputs(program, traced, traced.scheduled, seed)(step);
}

/** The graph without what its values are made for. */
function opsOf(root: Value): string[] {
  return orderOf([root]).map(({ op, shape }) => `${op.name} ${shape}`);
}

it("multiplies by 0 or 1 / (1 - p), with mean 1", async () => {
  const [count, rate] = [100_000, 0.3];
  const tracer = startTracing(smooth, training);
  const y = dropout(tracer, input("x", [count]), { name: "d", rate });
  expect(tracer.draws).toEqual([{ name: "d.dropout", shape: [count], draw: { keep: 0.7 } }]);
  const feed = stepInputs({ outputs: { y } }, tracer, [], 1)(0);
  const { y: kept } = await runValues({ y }, new Map(), { ...feed, x: new Float64Array(count).fill(1) });
  // The mask is float32.
  expect(Array.from(new Set(kept)).sort()).toEqual([0, Math.fround(1 / 0.7)]);
  // An entry has variance p / (1 - p): five standard errors of the mean.
  const error = Math.sqrt(rate / (1 - rate) / count);
  expect(Math.abs(kept.reduce((a, b) => a + b, 0) / count - 1)).toBeLessThan(5 * error);
});

describe.each(tinyModels)("$name", ({ name, model, sizes, feed: batch }) => {
  const { rates, masks } = families[model.kind]!;
  const dropping = { ...sizes, ...rates };

  it("has masks where transformers drops", () => {
    const found = model.trace(dropping, smooth, training).draws.map((each) => each.name);
    expect(found.sort()).toEqual(
      masks(name)
        .map((each) => `${each}.dropout`)
        .sort(),
    );
  });

  it("draws other masks for another step or seed, and the same for the same", () => {
    const traced = model.trace(dropping, smooth, training);
    expect(drawn(traced, 1, 3)).toEqual(drawn(traced, 1, 3));
    expect(drawn(traced, 1, 3)).not.toEqual(drawn(traced, 1, 4));
    expect(drawn(traced, 1, 3)).not.toEqual(drawn(traced, 2, 3));
  });

  it("changes nothing in evaluation, nor at rate 0", () => {
    const graph = opsOf(model.trace(sizes, smooth, training).loss);
    const off = Object.fromEntries(Object.keys(rates).map((rate) => [rate, 0]));
    for (const traced of [
      model.trace({ ...sizes, ...off }, smooth, training),
      model.trace(dropping, smooth, { ...training, training: false }),
    ]) {
      expect(traced.draws).toEqual([]);
      expect(opsOf(traced.loss)).toEqual(graph);
    }
  });

  it("has the gradient of its differences while a mask stays", async () => {
    const traced = model.trace(dropping, smooth, training);
    const entries = drawEntries(traced, 3);
    const feed = { ...batch(traced, 4), ...drawn(traced, 5, 3) };
    const parameters = Array.from(traced.parameters);
    const gradients = differentiate(
      traced.loss,
      parameters.map(([, { value }]) => value),
    );
    const computed = (await runValues(
      Object.fromEntries(parameters.map(([each], i) => [each, gradients[i]!])),
      entries,
      feed,
    )) as Record<string, Float64Array>;
    const whole = norm(parameters.map(([each]) => norm(computed[each]!)));
    expect(whole).toBeGreaterThan(0);
    const directions = new Map(
      parameters.map(([each]) => {
        const { normal } = randomStream(6, ["direction", each]);
        return [each, entries.get(each)!.map(() => normal())];
      }),
    );
    const length = norm(Array.from(directions.values(), norm));
    const step = 1e-6;
    const lossAt = async (side: number) => {
      const moved = Array.from(entries, ([each, values]): [string, Float64Array] => [
        each,
        values.map((value, i) => value + (side * step * directions.get(each)![i]!) / length),
      ]);
      return (await runValues({ loss: traced.loss }, new Map(moved), feed)).loss[0]!;
    };
    const slope = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step);
    const products = parameters.map(([each]) =>
      computed[each]!.reduce((total, value, i) => total + value * directions.get(each)![i]!, 0),
    );
    const along = products.reduce((a, b) => a + b, 0) / length;
    expect(Math.abs(slope - along)).toBeLessThan(1e-6 * whole);
  });

  it("keeps its rates in its configuration", () => {
    const config = model.huggingFaceConfig(dropping, smooth);
    expect(model.fromHuggingFace(config).sizes).toMatchObject(rates);
    for (const rate of [-0.1, 1]) {
      const key = Object.keys(rates)[0]!;
      expect(() => model.trace({ ...sizes, [key]: rate }, smooth, training)).toThrow(key);
    }
  });
});

it("files that don't tell have transformers' rates", () => {
  // Defaults of ViTConfig, T5Config and GPT2Config, transformers 4 and 5.
  const sizesOf = (kind: string) =>
    tinyModels.find(({ model }) => model.kind === kind)!.model.fromHuggingFace({}).sizes;
  expect(sizesOf("vit")).toMatchObject({ dropout: 0, attentionDropout: 0 });
  expect(sizesOf("t5")).toMatchObject({ dropout: 0.1 });
  expect(sizesOf("gpt")).toMatchObject({
    embeddingDropout: 0.1,
    attentionDropout: 0.1,
    residualDropout: 0.1,
  });
});
