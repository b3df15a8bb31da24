import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differentiate } from "../../../src/autodiff/differentiate.ts";
import { sumRows, sumTo } from "../../../src/autodiff/ops/broadcasting.ts";
import { multiply } from "../../../src/autodiff/ops/multiply.ts";
import type { Value } from "../../../src/autodiff/value.ts";
import type { Backend } from "../../../src/backends/backend.ts";
import { wasmBackend } from "../../../src/backends/wasm/wasm-backend.ts";
import { randomStream } from "../../../src/linalg/random.ts";
import { measuredValue } from "../../../src/measure/average.ts";
import { totalLoss } from "../../../src/measure/example-losses.ts";
import { hessianVectorProduct } from "../../../src/measure/hessian/hessian-vector-product.ts";
import { extremeEigenvalues, lanczosRitzValues } from "../../../src/measure/hessian/lanczos-eigenvalues.ts";
import { partPlan } from "../../../src/measure/measured-part.ts";
import { augmentedFlatness } from "../../../src/measure/meters/augmented-flatness.ts";
import { blockValues } from "../../../src/measure/meters/block-values.ts";
import { runMeters } from "../../../src/measure/meters/run-meters.ts";
import { modelOfConfig } from "../../../src/models/catalogue.ts";
import { sparsityOptions } from "../../../src/sparsity/options.ts";
import { cases } from "../../models/reference-feeds.ts";
import { modelCase, tensorsOf } from "../../models/reference-fixtures.ts";
import { partOf } from "./parts.ts";

/** What the issue asks for: the fixtures are float64 of the same float32 weights, by torch 2.15.0. */
const RELATIVE = 1e-5;

let wasm: Backend;
beforeAll(async () => {
  wasm = await wasmBackend({ threads: 1 });
});
afterAll(() => wasm.dispose());

async function casePart(name: string, { options, feed }: (typeof cases)[number][1], backend?: Backend) {
  const { config, weights, reference } = await modelCase(name);
  const model = modelOfConfig(config);
  const { sizes, sparsity } = model.fromHuggingFace(config);
  const traced = model.trace(sizes, sparsityOptions.parse(sparsity), {
    batchSize: 3,
    training: false,
    labelSmoothing: 0,
    ...options,
  });
  const batches = [{ feed: feed(reference), examples: 3 }];
  return { part: partOf(traced, { entries: weights, batches, batchSize: 3 }, backend), batches };
}

/** Those whose activation function is ReLU; exact traces of the others would take a minute. */
const few = cases.filter(([name]) => ["vit-relu", "t5-relu-tied"].includes(name));

describe.each(few)("the Hessian of %s", (name, feeding) => {
  it("has the largest eigenvalue and the trace of torch's for each matrix", async () => {
    const wanted = await tensorsOf(name, "curvature.safetensors");
    const exact = await casePart(name, feeding);
    const fast = await casePart(name, feeding, wasm);
    for (const [i, { key, value }] of exact.part.traced.blocks.entries()) {
      for (const [matrix, parameter] of Object.entries({ K: key, V: value! })) {
        const options = { parameters: [parameter] };
        const product = await hessianVectorProduct(exact.part, exact.batches, options);
        // An eigenvalue errs by the square of its residual.
        const enough = { count: 1, tolerance: 1e-4 };
        const stream = randomStream(1, [parameter]);
        const rule = await lanczosRitzValues(product, { steps: 60, stream, enough });
        const [top] = extremeEigenvalues([rule], 1).top;
        const largest = wanted.get(`${i}/${matrix}/largest`)![0]!;
        expect(Math.abs(top!.value / largest - 1), parameter).toBeLessThan(RELATIVE);

        // By all unit vectors, in float32: 1.5e-6 is seen.
        const quick = await hessianVectorProduct(fast.part, fast.batches, options);
        const unit = new Float64Array(quick.dimension);
        let trace = 0;
        for (let k = 0; k < unit.length; k++) {
          unit[k] = 1;
          trace += (await quick.multiply(unit))[k]!;
          unit[k] = 0;
        }
        quick.dispose();
        expect(Math.abs(trace / wanted.get(`${i}/${matrix}/trace`)![0]! - 1), parameter).toBeLessThan(
          RELATIVE,
        );
      }
    }
  });
});

describe.each(cases)("%s, each block", (name, feeding) => {
  it("has the flatness and the norms of gradients of torch's, example by example", async () => {
    const wanted = await tensorsOf(name, "curvature.safetensors");
    const { part, batches } = await casePart(name, feeding);
    const { traced } = part;
    const values = blockValues(part);
    for (const [i, block] of traced.blocks.entries()) {
      const names = ["input", "preActivation", "activation", "output"] as const;
      const [input, preActivation, activation, output] = names.map(
        (tap) => traced.taps.get(`${block.tap}.${tap}`)!,
      );
      const gradients = differentiate(totalLoss(traced), [input!, preActivation!, activation!, output!]);
      const into = values[i]!.valueInput!;
      const outputs = {
        ...Object.fromEntries(
          names.map((tap, k) => [`gradients/${tap}`, exampleSums(squares(gradients[k]!))]),
        ),
        "augmentedFlatness/K": exampleSums(multiply(squares(input!), squares(gradients[1]!))),
        "augmentedFlatness/V": exampleSums(multiply(squares(into), squares(gradients[3]!))),
      };
      const plan = await partPlan(part, { outputs });
      const found = await plan.run(batches[0]!);
      plan.dispose();
      for (const [id, entries] of Object.entries(found)) {
        const theirs = wanted.get(`${i}/${id}`)!;
        expect(theirs.length).toBe(3);
        for (const [example, own] of entries.entries()) {
          const value = id.startsWith("gradients") ? Math.sqrt(own) : own;
          expect(Math.abs(value / theirs[example]! - 1), `${i}/${id}`).toBeLessThan(RELATIVE);
        }
      }
    }
  });

  it("has torch's augmented flatness by its meter", async () => {
    const wanted = await tensorsOf(name, "curvature.safetensors");
    const { part } = await casePart(name, feeding);
    const { layers } = await runMeters(part, [augmentedFlatness]);
    for (const [i, { piece }] of layers.entries()) {
      for (const [matrix, id] of Object.entries({ K: "key", V: "value" })) {
        const each = wanted.get(`${i}/augmentedFlatness/${matrix}`)!;
        const mean = (each[0]! + each[1]! + each[2]!) / 3;
        const found = measuredValue(piece!, `augmentedFlatness.${id}`)!;
        expect(Math.abs(found / mean - 1), `${i}/${id}`).toBeLessThan(RELATIVE);
      }
    }
  });
});

/** Sum of squares of each token's row, shape [B, T, 1]. */
function squares(x: Value): Value {
  return sumRows(multiply(x, x));
}

function exampleSums(x: Value): Value {
  return sumTo(x, [x.shape[0]!, 1, 1]);
}
