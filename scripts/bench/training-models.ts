import { differentiate } from "../../dist/autodiff/differentiate.js";
import { constant, input, parameter } from "../../dist/autodiff/leaves.js";
import { adamStep } from "../../dist/autodiff/ops/adam-step.js";
import { add } from "../../dist/autodiff/ops/add.js";
import { sum } from "../../dist/autodiff/ops/broadcasting.js";
import { contraction } from "../../dist/autodiff/ops/contraction.js";
import { crossEntropy } from "../../dist/autodiff/ops/cross-entropy.js";
import { gather } from "../../dist/autodiff/ops/gather.js";
import { linear } from "../../dist/autodiff/ops/linear.js";
import { movingAverage } from "../../dist/autodiff/ops/moving-average.js";
import { multiply } from "../../dist/autodiff/ops/multiply.js";
import { normalize } from "../../dist/autodiff/ops/normalize.js";
import { applyPiecewise } from "../../dist/autodiff/ops/piecewise-polynomial.js";
import { reshape } from "../../dist/autodiff/ops/reshape.js";
import { softmax } from "../../dist/autodiff/ops/softmax.js";
import type { Program, Update } from "../../dist/autodiff/program.js";
import type { Value } from "../../dist/autodiff/value.js";

/** A training step, its parameters with their first scale, and a batch's inputs. */
export interface TrainingStep {
  readonly program: Program;
  /** All that lasts; `scale` is the standard deviation of first entries, `offset` their mean. */
  readonly state: ReadonlyMap<
    string,
    { readonly value: Value; readonly scale: number; readonly offset: number }
  >;
  /** Inputs that hold class numbers below a bound, or uniform numbers where it is null. */
  readonly inputs: ReadonlyMap<string, { readonly count: number; readonly classes: number | null }>;
}

const decays = { first: 0.9, second: 0.999 } as const;
const relu = { breaks: [0], owners: ["left"], pieces: [[0], [0, 1]] } as const;

/** Names of the inputs that an optimiser's step needs, with their entries at a step, counted from 1. */
export function optimizerFeed(step: number): Record<string, number> {
  return { rate: 1e-3, firstShare: 1 - decays.first ** step, secondShare: 1 - decays.second ** step };
}

class Tracer {
  readonly state = new Map<string, { value: Value; scale: number; offset: number }>();
  private readonly trained: Value[] = [];

  weight(name: string, shape: readonly number[], scale: number, offset = 0): Value {
    const value = parameter(name, shape);
    this.state.set(name, { value, scale, offset });
    this.trained.push(value);
    return value;
  }

  linear(
    name: string,
    x: Value,
    letters: string,
    shape: readonly number[],
    biasShape: readonly number[],
  ): Value {
    const count = shape.reduce((a, b) => a * b, 1) / biasShape.reduce((a, b) => a * b, 1);
    const weight = this.weight(`${name}.weight`, shape, 1 / Math.sqrt(3 * count));
    return add(contraction(x, weight, letters), this.weight(`${name}.bias`, biasShape, 0));
  }

  norm(name: string, x: Value, width: number): Value {
    const scaled = multiply(normalize(x, 1e-5), this.weight(`${name}.weight`, [width], 0, 1));
    return add(scaled, this.weight(`${name}.bias`, [width], 0));
  }

  /** The loss, and AdamW's step for all weights. */
  step(rowLosses: Value): Program {
    const loss = linear(sum(rowLosses), 1 / rowLosses.shape[0]!);
    const [rate, firstShare, secondShare] = ["rate", "firstShare", "secondShare"].map((name) => input(name));
    const updates: Update[] = [];
    for (const [place, gradient] of differentiate(loss, this.trained).entries()) {
      const w = this.trained[place]!;
      const { name } = w.attributes as { readonly name: string };
      const [m, v] = ["first", "second"].map((moment) => {
        const value = parameter(`${name}.${moment}`, w.shape);
        this.state.set(`${name}.${moment}`, { value, scale: 0, offset: 0 });
        return value;
      }) as [Value, Value];
      const first = movingAverage(m, gradient, constant(1), decays.first, 1);
      const second = movingAverage(v, gradient, constant(1), decays.second, 2);
      const next = adamStep(w, first, second, rate!, firstShare!, secondShare!, {
        epsilon: 1e-8,
        weightDecay: 0.01,
      });
      updates.push(
        { parameter: m, value: first },
        { parameter: v, value: second },
        { parameter: w, value: next },
      );
    }
    return { outputs: { loss }, updates };
  }
}

/** 784-512-512-10 with ReLU, 128 samples. */
export function mlpStep(batch = 128, widths: readonly number[] = [784, 512, 512, 10]): TrainingStep {
  const tracer = new Tracer();
  let x: Value = input("x", [batch, widths[0]!]);
  for (let layer = 1; layer < widths.length; layer++) {
    const [from, to] = [widths[layer - 1]!, widths[layer]!];
    x = tracer.linear(`layer${layer}`, x, "bi,oi->bo", [to, from], [to]);
    if (layer < widths.length - 1) x = applyPiecewise(relu, x);
  }
  const program = tracer.step(crossEntropy(x, input("labels", [batch])));
  const inputs = new Map([
    ["x", { count: batch * widths[0]!, classes: null }],
    ["labels", { count: batch, classes: 10 }],
  ]);
  return { program, state: tracer.state, inputs };
}

/** A pre-LN causal Transformer with ReLU: the sizes of `torch_peer.py`. */
export function transformerStep(): TrainingStep {
  const [batch, length, width, layers, heads, hidden, vocabulary] = [32, 64, 128, 4, 4, 512, 96];
  const each = width / heads;
  const tracer = new Tracer();
  const tokens = input("tokens", [batch, length]);
  const table = tracer.weight("tokens.weight", [vocabulary, width], 1);
  const mask = new Float64Array(length * length).map((_, i) =>
    i % length > Math.floor(i / length) ? Number.NEGATIVE_INFINITY : 0,
  );
  const later = constant(mask, [length, length]);
  let x = add(gather(table, tokens), tracer.weight("positions.weight", [length, width], 0.02));
  for (let layer = 0; layer < layers; layer++) {
    const name = `blocks.${layer}`;
    const normed = tracer.norm(`${name}.norm1`, x, width);
    const [query, key, value] = ["query", "key", "value"].map((part) =>
      tracer.linear(`${name}.${part}`, normed, "btd,hed->bthe", [heads, each, width], [heads, each]),
    ) as [Value, Value, Value];
    const scores = contraction(linear(query, 1 / Math.sqrt(each)), key, "bthe,bshe->bhts");
    const mixed = contraction(softmax(add(scores, later)), value, "bhts,bshe->bthe");
    x = add(x, tracer.linear(`${name}.out`, mixed, "bthe,ohe->bto", [width, heads, each], [width]));
    const second = tracer.norm(`${name}.norm2`, x, width);
    const up = tracer.linear(`${name}.up`, second, "btd,nd->btn", [hidden, width], [hidden]);
    const down = tracer.linear(
      `${name}.down`,
      applyPiecewise(relu, up),
      "btn,dn->btd",
      [width, hidden],
      [width],
    );
    x = add(x, down);
  }
  const last = tracer.norm("norm", x, width);
  const logits = tracer.linear("head", last, "btd,vd->btv", [vocabulary, width], [vocabulary]);
  const rows = batch * length;
  const program = tracer.step(crossEntropy(reshape(logits, [rows, vocabulary]), input("labels", [rows])));
  const inputs = new Map([
    ["tokens", { count: rows, classes: vocabulary }],
    ["labels", { count: rows, classes: vocabulary }],
  ]);
  return { program, state: tracer.state, inputs };
}
