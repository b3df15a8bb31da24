import { add } from "../../autodiff/ops/add.ts";
import { contraction } from "../../autodiff/ops/contraction.ts";
import type { Value } from "../../autodiff/value.ts";
import { addLowRank, type Layout, loraScale } from "../../sparsity/lora.ts";
import { sharedNoise, tokenwiseNoise } from "../../sparsity/synapse-noise.ts";
import { type Initialiser, kaimingUniform, zeros } from "../initialisers.ts";
import type { Tracer } from "../tracer.ts";

/** What a linear layer declares. */
export interface LinearLayer {
  /** Path of the module: its parameters are `NAME.weight` and `NAME.bias`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly initial: Initialiser;
  /** First entries of the bias; null for none. */
  readonly bias: Initialiser | null;
  /** How the weight is stored; "out-in" by default. */
  readonly layout?: Layout;
  /** Whether noise on synapses, where it is on, takes in this one. */
  readonly noisy?: boolean;
}

const letters: Readonly<Record<Layout, string>> = { "out-in": "btd,od->bto", "in-out": "btd,do->bto" };

/**
 * y = W x + b, with low-rank terms and noise where they are on.
 *
 * @param x - shape [B, T, in].
 * @returns shape [B, T, out].
 */
export function linearLayer(tracer: Tracer, x: Value, layer: LinearLayer): Value {
  const { name, outputs, bias, layout = "out-in" } = layer;
  let weight = matrixOf(tracer, layer);
  const noise = tracer.options.training && layer.noisy ? tracer.sparsity.synapseNoise : undefined;
  if (noise?.kind === "shared") {
    const draws = tracer.normalDraws(`${name}.noise`, weight.shape);
    weight = add(weight, sharedNoise(weight, draws, noise.rho));
  }
  let y = contraction(x, weight, letters[layout]);
  if (noise?.kind === "tokenwise") {
    const draws = tracer.normalDraws(`${name}.noise`, y.shape);
    y = add(y, tokenwiseNoise(x, weight, draws, noise.rho));
  }
  if (!bias) return y;
  return add(y, tracer.parameter({ name: `${name}.bias`, shape: [outputs], initial: bias, role: "bias" }));
}

/** The weight, with its low-rank term where there is one. */
function matrixOf(tracer: Tracer, { name, inputs, outputs, initial, layout = "out-in" }: LinearLayer): Value {
  const shape = layout === "out-in" ? [outputs, inputs] : [inputs, outputs];
  const weight = tracer.parameter({ name: `${name}.weight`, shape, initial, role: "weight" });
  const { lora } = tracer.options;
  if (!lora) return weight;
  const adapter = {
    weight: `${name}.weight`,
    a: `${name}.lora_A.weight`,
    b: `${name}.lora_B.weight`,
    layout,
    scale: loraScale(lora),
  };
  tracer.adapter(adapter);
  const a = tracer.parameter({
    name: adapter.a,
    shape: [lora.rank, inputs],
    initial: kaimingUniform(inputs),
    role: "lora",
  });
  const b = tracer.parameter({ name: adapter.b, shape: [outputs, lora.rank], initial: zeros, role: "lora" });
  return addLowRank(weight, a, b, adapter.scale, layout);
}
