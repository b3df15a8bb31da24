import { einsumAxes } from "./einsum-axes.ts";
import type { KerasLayer } from "./keras-layers.ts";
import type { AxisMeaning, TensorUse } from "./tensor-use.ts";

/** The axes of a parameter from how many it has. */
type Axes = (count: number) => readonly AxisMeaning[];

interface KerasClass {
  /** Axes of its parameters, by their names; Keras 3 numbers them in this order. */
  readonly parameters: Readonly<Record<string, Axes>>;
  readonly gates?: readonly string[];
}

const inOut: Axes = () => ["in", "out"];
const stateOut: Axes = () => ["state", "out"];
const spaceBefore =
  (...channels: readonly AxisMeaning[]): Axes =>
  (count) => [...Array<AxisMeaning>(Math.max(0, count - channels.length)).fill("space"), ...channels];

const conv: KerasClass = { parameters: { kernel: spaceBefore("in", "out") } };
const convTranspose: KerasClass = { parameters: { kernel: spaceBefore("out", "in") } };
const depthwise = spaceBefore("group", "out");
const recurrent = (gates: readonly string[]): KerasClass => ({
  parameters: { kernel: inOut, recurrent_kernel: stateOut },
  gates,
});

/**
 * Layers with weights that are matrices, by their classes in small letters. Gates: input, forget, cell, output; update, reset, new.
 *
 * @source keras, src/layers: build() of each class.
 */
const classes: Readonly<Record<string, KerasClass>> = {
  dense: { parameters: { kernel: inOut } },
  conv1d: conv,
  conv2d: conv,
  conv3d: conv,
  conv1dtranspose: convTranspose,
  conv2dtranspose: convTranspose,
  conv3dtranspose: convTranspose,
  // Keras 2 calls it depthwise_kernel, Keras 3 kernel.
  depthwiseconv1d: { parameters: { depthwise_kernel: depthwise, kernel: depthwise } },
  depthwiseconv2d: { parameters: { depthwise_kernel: depthwise, kernel: depthwise } },
  separableconv1d: {
    parameters: { depthwise_kernel: depthwise, pointwise_kernel: spaceBefore("in", "out") },
  },
  separableconv2d: {
    parameters: { depthwise_kernel: depthwise, pointwise_kernel: spaceBefore("in", "out") },
  },
  embedding: { parameters: { embeddings: () => ["token", "feature"] } },
  lstm: recurrent(["i", "f", "g", "o"]),
  gru: recurrent(["z", "r", "n"]),
  simplernn: recurrent(["h"]),
  lstmcell: recurrent(["i", "f", "g", "o"]),
  grucell: recurrent(["z", "r", "n"]),
  simplernncell: recurrent(["h"]),
};

/** Projections within an attention layer: heads are an axis of their own. */
const projections: readonly (readonly [RegExp, readonly AxisMeaning[]])[] = [
  [/(^|\/)(query|key|value)(_dense)?\/[^/]+(\/0)?$/, ["in", "out", "out"]],
  [/(^|\/)(attention_output|output_dense)\/[^/]+(\/0)?$/, ["in", "in", "out"]],
];

/** Any layer of a class that is not known: what its parameter is called tells. */
const byParameter: Readonly<Record<string, (count: number) => readonly AxisMeaning[] | null>> = {
  kernel: (count) => (count === 2 ? ["in", "out"] : count > 3 ? spaceBefore("in", "out")(count) : null),
  recurrent_kernel: (count) => (count === 2 ? ["state", "out"] : null),
  depthwise_kernel: (count) => (count > 2 ? depthwise(count) : null),
  pointwise_kernel: (count) => (count > 2 ? spaceBefore("in", "out")(count) : null),
  embeddings: (count) => (count === 2 ? ["token", "feature"] : null),
};

/**
 * How a layer of Keras uses a weight: kernels have outputs last, transposed convolutions [space..., out, in].
 *
 * @param path - of the weight: `block/dense/kernel`, or by number `layers/dense/vars/0`.
 * @param shape - of the weight.
 * @param layers - the model's own description, by names.
 * @returns null for what is no matrix by its path.
 */
export function kerasUse(
  path: string,
  shape: readonly number[],
  layers: ReadonlyMap<string, KerasLayer>,
): TensorUse | null {
  const count = shape.length;
  const segments = path.replace(/:\d+$/, "").split("/");
  const number = /\/vars\/(\d+)$/.exec(path)?.[1];
  const parameter = number === undefined ? segments.at(-1)! : null;
  for (const segment of segments.slice(0, number === undefined ? -1 : -2).reverse()) {
    const layer = layers.get(segment);
    if (layer?.equation) return axesOnly(einsumAxes(layer.equation, 1));
    const known = classOf(layer?.kind ?? segment);
    if (!known) continue;
    const parameters = Object.entries(known.parameters);
    const found = parameters.find(([name], i) =>
      parameter === null ? i === Number(number) : name === parameter,
    );
    return found ? { axes: found[1](count), ...(known.gates && { gates: known.gates }) } : null;
  }
  if (count === 3) {
    const projection = projections.find(([pattern]) => pattern.test(path.replace(/:\d+$/, "")));
    if (projection) return { axes: projection[1] };
  }
  return parameter !== null && Object.hasOwn(byParameter, parameter)
    ? axesOnly(byParameter[parameter]!(count))
    : null;
}

function axesOnly(axes: readonly AxisMeaning[] | null): TensorUse | null {
  return axes && { axes };
}

/** A class by its name, or by a name that Keras made of it (`conv2d_transpose_3`). */
function classOf(name: string): KerasClass | null {
  const plain = name
    .replace(/_\d+$/, "")
    .replace(/^(forward|backward)_/, "")
    .replaceAll("_", "")
    .toLowerCase();
  return Object.hasOwn(classes, plain) ? classes[plain]! : null;
}
