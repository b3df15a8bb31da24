import { differentiate } from "../autodiff/differentiate.ts";
import { layOut, orderOf } from "../autodiff/program.ts";
import type { Value } from "../autodiff/value.ts";
import type { MlpBlock, Traced } from "../models/model.ts";
import { totalLoss } from "./example-losses.ts";

/** Sides of an MLP block's matrices. */
export interface BlockSides {
  /** d and n of K. */
  readonly inputs: number;
  readonly neurons: number;
  /** Rows of V; null where the activations are the block's output. */
  readonly outputs: number | null;
  /** Whether activations are multiplied by a second product of the inputs, as large as that of K. */
  readonly gated: boolean;
  /** Whether training needs the gradient of the inputs: not where they are the data. */
  readonly inputGradient: boolean;
}

/** Shares of neurons, in [0, 1], in the mean over tokens. */
export interface NeuronShares {
  /** s, of those with a != 0. */
  readonly active: number;
  /** s_gamma, of those with sigma'(p) != 0. */
  readonly sloped: number;
}

/** Multiply-accumulate steps of one token, by the neurons that they are needed for. */
interface Terms {
  readonly all: number;
  readonly active: number;
  readonly sloped: number;
  /** For neurons that are active or sloped: one of the two sets holds the other for every activation function here. */
  readonly either: number;
}

/** Multiply-accumulate steps of one token, and how far they follow the shares. */
export interface Macs {
  /** Of all neurons. */
  readonly dense: number;
  /** Where the products of neurons that make no difference are left out. */
  readonly skipping: number;
  /** skipping / dense. */
  readonly ratio: number;
  /** What an error of the shares makes of the ratio, if both err the same way: no more than this. */
  readonly ratioError: number;
}

/**
 * Theoretical multiply-accumulate steps of an MLP block for one token: products with matrices alone, an upper bound of
 * what skipping inactive neurons can save.
 *
 *     inference (nd + s nd) / 2nd = (1 + s) / 2,   training (1 + 2 s + 3 s_gamma) / 6, with K and V of one size
 *
 * P = X K' is dense. V's product and gradient need active neurons; those of A, K and X sloped ones. A gate's product is
 * needed where the activation or, in training, its slope is not zero. Without V inference has nothing to leave out.
 *
 * @param errors - standard errors of the shares; 0 by default.
 * @returns steps a token.
 */
export function blockMacs(
  { inputs, neurons, outputs, gated, inputGradient }: BlockSides,
  shares: NeuronShares,
  errors: NeuronShares = { active: 0, sloped: 0 },
): { readonly inference: Macs; readonly training: Macs } {
  const key = neurons * inputs;
  const value = neurons * (outputs ?? 0);
  const gate = gated ? key : 0;
  // Gradients of a matrix and, where it is needed, of what it multiplies.
  const backward = inputGradient ? 2 : 1;
  const inference = { all: key, active: gate + value, sloped: 0, either: 0 };
  const activationGradient = { sloped: gated ? 0 : value, either: gated ? value : 0 };
  const training = {
    all: key,
    active: 2 * value + backward * gate,
    sloped: backward * key + activationGradient.sloped,
    either: gate + activationGradient.either,
  };
  return { inference: macsOf(inference, shares, errors), training: macsOf(training, shares, errors) };
}

function macsOf(terms: Terms, shares: NeuronShares, errors: NeuronShares): Macs {
  const { all, active, sloped, either } = terms;
  const following = (of: NeuronShares) =>
    active * of.active + sloped * of.sloped + either * Math.max(of.active, of.sloped);
  const dense = all + active + sloped + either;
  const skipping = all + following(shares);
  return { dense, skipping, ratio: skipping / dense, ratioError: following(errors) / dense };
}

/** The sides of a traced model's block, and its tokens an example. */
export function sidesOf(
  { taps, parameters }: Pick<Traced, "taps" | "parameters">,
  { tap, gate, value }: MlpBlock,
): BlockSides & { readonly tokens: number } {
  const input = taps.get(`${tap}.input`)!;
  const [, tokens, inputs] = input.shape as readonly [number, number, number];
  const neurons = taps.get(`${tap}.preActivation`)!.shape[2]!;
  const { parameters: before } = layOut({ outputs: { input } });
  return {
    tokens,
    inputs,
    neurons,
    outputs: value === null ? null : taps.get(`${tap}.output`)!.shape[2]!,
    gated: gate !== null,
    inputGradient: Array.from(before.keys()).some((name) => parameters.has(name)),
  };
}

/**
 * Dense multiply-accumulate steps of a whole model for one example: all products of its graph, attention's too.
 *
 * @returns those of the logits, and those of the loss with all parameters' gradients.
 */
export function modelMacs(
  traced: Traced,
  batchSize: number,
): { readonly inference: number; readonly training: number } {
  const parameters = Array.from(traced.parameters.values(), ({ value }) => value);
  const loss = totalLoss(traced);
  return {
    inference: multipliesOf([traced.logits]) / batchSize,
    training: multipliesOf([loss, ...differentiate(loss, parameters)]) / batchSize,
  };
}

/** Multiply-accumulate steps of all products that some values take, each counted once. */
export function multipliesOf(values: readonly Value[]): number {
  return orderOf(values).reduce((total, value) => total + (value.op.multiplies?.(value) ?? 0), 0);
}
