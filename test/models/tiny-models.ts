import { sizeOf } from "../../src/autodiff/shape.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { modelOf } from "../../src/models/catalogue.ts";
import type { Model, Traced } from "../../src/models/model.ts";

/** A model so small that its gradients can be compared with differences, by name. */
export interface TinyModel {
  readonly name: string;
  readonly model: Model;
  readonly sizes: Readonly<Record<string, unknown>>;
  /** A batch's data inputs. */
  feed(traced: Traced, seed: number): Record<string, Float64Array>;
}

/** Entries for an input of a trace by what a batch holds under each name. */
function fill(classes: number): TinyModel["feed"] {
  return ({ inputs }, seed) =>
    Object.fromEntries(
      Array.from(inputs, ([name, shape]) => {
        const draws = randomStream(seed, ["batch", name]);
        const kinds: Readonly<Record<string, (place: number) => number>> = {
          images: () => draws.normal(),
          share: () => draws.uniform(),
          // Padding behind the first tokens of a sequence, and places without a label.
          inputMask: (place) => (place % shape[1]! < 4 ? 1 : 0),
          labels: (place) => (place % 5 === 3 ? -100 : Math.floor(classes * draws.uniform())),
        };
        const kind = kinds[name] ?? (() => Math.floor(classes * draws.uniform()));
        return [name, Float64Array.from({ length: sizeOf(shape) }, (_, place) => kind(place))];
      }),
    );
}

const vit = { imageSize: 4, patchSize: 2, classes: 3, width: 6, depth: 2, mlpWidth: 10 };
const mlp = { imageSize: 3, classes: 4, width: 6, depth: 2 };
const t5 = {
  vocabulary: 9,
  width: 6,
  mlpWidth: 10,
  heads: 2,
  headWidth: 4,
  buckets: 8,
  maxDistance: 12,
  inputLength: 6,
  targetLength: 5,
};

/** Every family in its forms. */
export const tinyModels: readonly TinyModel[] = [
  { name: "mlp, plain", model: modelOf("mlp"), sizes: mlp, feed: fill(4) },
  { name: "mlp, residual", model: modelOf("mlp"), sizes: { ...mlp, form: "residual" }, feed: fill(4) },
  {
    name: "mlp, key-value, no affine",
    model: modelOf("mlp"),
    sizes: { ...mlp, form: "key-value", layerNorm: "plain", mlpWidth: 8 },
    feed: fill(4),
  },
  { name: "vit, mean, fused", model: modelOf("vit"), sizes: { ...vit, qkv: "fused" }, feed: fill(3) },
  {
    name: "vit, class token, 3 channels",
    model: modelOf("vit"),
    sizes: { ...vit, channels: 3, pooling: "class-token" },
    feed: fill(3),
  },
  { name: "t5, tied", model: modelOf("t5"), sizes: t5, feed: fill(9) },
  {
    name: "t5, gated, untied",
    model: modelOf("t5"),
    sizes: { ...t5, gated: true, tied: false },
    feed: fill(9),
  },
  {
    name: "gpt",
    model: modelOf("gpt"),
    sizes: { vocabulary: 9, contextLength: 5, width: 6, depth: 2, heads: 2, mlpWidth: 10 },
    feed: fill(9),
  },
];
