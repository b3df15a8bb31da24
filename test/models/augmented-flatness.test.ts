import { expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { constant } from "../../src/autodiff/leaves.ts";
import { sum, sumRows, sumTo } from "../../src/autodiff/ops/broadcasting.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { reshape } from "../../src/autodiff/ops/reshape.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { normal } from "../../src/models/initialisers.ts";
import { labelledLoss } from "../../src/models/parts/labelled-loss.ts";
import { linearLayer } from "../../src/models/parts/linear.ts";
import { mlpBlock } from "../../src/models/parts/mlp-block.ts";
import { startTracing } from "../../src/models/tracer.ts";
import { type SparsityInput, sparsityOptions } from "../../src/sparsity/options.ts";
import { runValues } from "./run-values.ts";

const [tokens, width, neurons, classes] = [5, 4, 8, 3];
const { normal: entry } = randomStream(1, ["tokens"]);
const sample = constant(
  new Float64Array(tokens * width).map(() => entry()),
  [1, tokens, width],
);

/** An MLP block of one sample whose tokens' outputs are summed into the logits: piecewise linear in K up to them. */
function build(sparsity: SparsityInput, training: boolean) {
  const tracer = startTracing(sparsityOptions.parse(sparsity), { batchSize: 1, training, labelSmoothing: 0 });
  const initial = normal(0.5);
  const block = mlpBlock(tracer, sample, {
    name: "block",
    key: { name: "key", inputs: width, outputs: neurons, initial, bias: initial },
    value: { name: "value", inputs: neurons, outputs: width, initial, bias: null },
    scale: null,
    tokens,
  });
  const head = { name: "head", inputs: width, outputs: classes, initial, bias: null };
  const logits = linearLayer(tracer, sumTo(block, [1, 1, width]), head);
  const labels = tracer.input("labels", [1]);
  return { tracer, ...labelledLoss(tracer, reshape(logits, [1, classes]), labels) };
}

const still = build({}, false);
const entries = new Map(
  Array.from(still.tracer.parameters, ([name, { spec }]) => {
    return [name, spec.initial(randomStream(2, [name]), spec.shape)] as const;
  }),
);

/** AF_K and the squared norm of K's gradient, in the mean over labels drawn from the model's own probabilities. */
async function expected() {
  const { taps, parameters } = still.tracer;
  const x = taps.get("block.0.mlp.input")!;
  const [e, gradient] = differentiate(still.loss, [
    taps.get("block.0.mlp.preActivation")!,
    parameters.get("key.weight")!.value,
  ]) as [typeof x, typeof x];
  const outputs = {
    loss: still.loss,
    flatness: sum(multiply(sumRows(multiply(e, e)), sumRows(multiply(x, x)))),
    squared: sum(multiply(gradient, gradient)),
  };
  const losses: number[] = [];
  let [tokenwise, shared] = [0, 0];
  for (let label = 0; label < classes; label++) {
    const found = await runValues(outputs, entries, { labels: [label] });
    const p = Math.exp(-found.loss[0]!);
    losses.push(found.loss[0]!);
    tokenwise += p * found.flatness[0]!;
    shared += p * found.squared[0]!;
  }
  return { losses, tokenwise, shared };
}

// The second term of the Hessian vanishes where the logits are piecewise linear in K, so that the mean increase is
// s^2 / 2 times the trace: of copies of K for each token, or of K. Noise of both signs cancels its odd orders.
it.each(["tokenwise", "shared"] as const)(
  "%s noise raises the loss by s^2 / 2 times its flatness",
  async (kind) => {
    const known = await expected();
    // Tokens add up or cancel: both measures differ by five times the tolerance, or the test would tell nothing apart.
    expect(Math.abs(known.tokenwise / known.shared - 1)).toBeGreaterThan(0.25);
    const rho = 0.01;
    const noisy = build({ synapseNoise: { kind, rho, matrices: "key" } }, true);
    const [{ name, shape }] = noisy.tracer.draws as [(typeof noisy.tracer.draws)[number]];
    const size = shape.reduce((product, side) => product * side, 1);
    const draws = randomStream(3, [kind]);
    // The Hessian has two directions that count at most: a standard error of 1.4 %.
    const repeats = 10_000;
    let increase = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const noise = new Float64Array(size).map(() => draws.normal());
      for (const signed of [noise, noise.map((each) => -each)]) {
        for (const [label, before] of known.losses.entries()) {
          const { loss } = await runValues({ loss: noisy.loss }, entries, {
            labels: [label],
            [name]: signed,
          });
          increase += (Math.exp(-before) * (loss[0]! - before)) / (2 * repeats);
        }
      }
    }
    const weight = entries.get("key.weight")!;
    const s = rho * Math.sqrt(weight.reduce((total, each) => total + each * each, 0) / weight.length);
    expect(Math.abs(increase / (s ** 2 / 2) / known[kind] - 1)).toBeLessThan(0.05);
  },
);
