import { constant, input as inputLeaf } from "../../autodiff/leaves.ts";
import { add } from "../../autodiff/ops/add.ts";
import { multiply } from "../../autodiff/ops/multiply.ts";
import type { Value } from "../../autodiff/value.ts";
import { addZerothBias, clipZerothBias } from "../../sparsity/zeroth-bias.ts";
import { zeros } from "../initialisers.ts";
import type { Tracer } from "../tracer.ts";
import { dropout } from "./dropout.ts";
import { type LinearLayer, linearLayer } from "./linear.ts";

/** What an MLP block declares. */
export interface MlpLayers {
  /** Path of the module, which a zeroth bias is named by. */
  readonly name: string;
  /** K and b_K. */
  readonly key: LinearLayer;
  /** V and b_V; null where the activations are the block's output. */
  readonly value: LinearLayer | null;
  /** A second key matrix, by whose product activations are multiplied. */
  readonly gate?: LinearLayer;
  /** Name of the scale of the norm before the block, which the zeroth bias is held to; null where there is none. */
  readonly scale: string | null;
  /** Rows of a zeroth bias: the most tokens that a sequence has. */
  readonly tokens: number;
  /** Rate of dropout on what V takes, or on the block's output where there is no V: 0 by default. */
  readonly dropout?: number;
}

/**
 * An MLP block Z = sigma(X K' + b_K) V' + b_V, with the taps of `block.I.mlp`, I counting from input to output.
 *
 * With a gate the activations sigma(X K') are multiplied by X G' before V; the tap `activation` is of sigma(X K'), before
 * dropout, and `valueInput` of what V takes. A disturbance, where the tracing asks for one, is added to what K and the gate
 * take; the tap `input` is without it.
 *
 * @param x - what the block takes, norm and all, shape [B, T, d].
 * @returns Z, with its zeroth bias where it is placed there, shape [B, T, out].
 */
export function mlpBlock(tracer: Tracer, x: Value, layers: MlpLayers): Value {
  const { name, key, value, gate, dropout: rate = 0 } = layers;
  const { zerothBias, synapseNoise } = tracer.sparsity;
  const tap = `block.${tracer.blocks.length}.mlp`;
  const place = (at: "input" | "output", of: Value) =>
    zerothBias?.placement === at ? addZerothBias(of, zerothBiasOf(tracer, layers, of.shape[2]!)) : of;

  const input = place("input", x);
  const taken = tracer.options.disturbed ? disturb(tracer, input, `${tap}.disturbance`) : input;
  const preActivation = linearLayer(tracer, taken, { ...key, noisy: true });
  const activation = tracer.activation.apply(preActivation);
  const gated = gate
    ? multiply(activation, linearLayer(tracer, taken, { ...gate, noisy: true }))
    : activation;
  const kept = dropout(tracer, gated, { name, rate });
  const noisy = synapseNoise?.matrices === "key-and-value";
  const output = place("output", value ? linearLayer(tracer, kept, { ...value, noisy }) : kept);

  const taps = { input, preActivation, activation, ...(value && { valueInput: kept }), output };
  for (const [part, each] of Object.entries(taps)) tracer.tap(`${tap}.${part}`, each);
  tracer.block({
    tap,
    key: `${key.name}.weight`,
    value: value && `${value.name}.weight`,
    activation: tracer.activation.name,
    ...(key.bias && { keyBias: `${key.name}.bias` }),
    ...(value?.bias && { valueBias: `${value.name}.bias` }),
    ...(key.layout && { keyLayout: key.layout }),
    ...(value?.layout && { valueLayout: value.layout }),
    gate: gate ? `${gate.name}.weight` : null,
  });
  return output;
}

/** The tokens with an input of the program added to them, which is a tap of that name. */
function disturb(tracer: Tracer, tokens: Value, name: string): Value {
  const disturbance = inputLeaf(name, tokens.shape);
  tracer.tap(name, disturbance);
  return add(tokens, disturbance);
}

function zerothBiasOf(tracer: Tracer, { name, scale, tokens }: MlpLayers, width: number): Value {
  const clip = tracer.sparsity.zerothBias?.clip ?? null;
  return tracer.parameter({
    name: `${name}.zeroth_bias`,
    shape: [tokens, width],
    initial: zeros,
    role: "zeroth-bias",
    ...(clip !== null && {
      constrain: (next, nextOf) => clipZerothBias(next, scale === null ? constant(1) : nextOf(scale), clip),
    }),
  });
}
