import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { modelOfConfig } from "../../src/models/catalogue.ts";
import { sparsityOptions } from "../../src/sparsity/options.ts";
import { cases } from "./reference-feeds.ts";
import { modelCase } from "./reference-fixtures.ts";
import { distance, norm, runValues } from "./run-values.ts";

describe.each(cases)("%s as transformers computes it", (name, { options, feed }) => {
  it("gives the same logits, loss and gradient of every parameter", async () => {
    const { config, weights, reference } = await modelCase(name);
    const model = modelOfConfig(config);
    const { sizes, sparsity } = model.fromHuggingFace(config);
    const traced = model.trace(sizes, sparsityOptions.parse(sparsity), {
      batchSize: 3,
      training: true,
      labelSmoothing: 0,
      ...options,
    });
    expect(Array.from(traced.parameters.keys()).sort()).toEqual(Array.from(weights.keys()).sort());

    const parameters = Array.from(traced.parameters);
    const gradients = differentiate(
      traced.loss,
      parameters.map(([, { value }]) => value),
    );
    const computed = await runValues(
      {
        logits: traced.logits,
        loss: traced.loss,
        ...Object.fromEntries(parameters.map(([each], i) => [`gradients/${each}`, gradients[i]!])),
      },
      weights,
      feed(reference),
    );
    // Both are float64 of the same float32 weights.
    const wanted = (each: string) => reference.get(each)!;
    expect(distance(computed.logits, wanted("outputs/logits"))).toBeLessThan(
      1e-10 * norm(wanted("outputs/logits")),
    );
    expect(computed.loss[0]).toBeCloseTo(wanted("outputs/loss")[0]!, 11);
    const whole = norm(parameters.map(([each]) => norm(wanted(`gradients/${each}`))));
    for (const [each] of parameters) {
      const gradient = wanted(`gradients/${each}`);
      const bound = 1e-9 * Math.max(norm(gradient), 1e-3 * whole);
      expect(
        distance((computed as Record<string, Float64Array>)[`gradients/${each}`]!, gradient),
        each,
      ).toBeLessThan(bound);
    }
  });

  it("is written as a configuration that says the same", async () => {
    const { config } = await modelCase(name);
    const model = modelOfConfig(config);
    const { sizes, sparsity } = model.fromHuggingFace(config);
    const written = model.huggingFaceConfig(sizes, sparsityOptions.parse(sparsity));
    expect(modelOfConfig(written)).toBe(model);
    expect(model.fromHuggingFace(written)).toEqual({ sizes, sparsity });
    const theirs = config as Record<string, unknown>;
    for (const [key, value] of Object.entries(written)) {
      const kept = key in theirs && theirs[key] !== null && !key.endsWith("_token_id");
      // GPT-2's n_inner is null for four times the width.
      if (kept) expect(value, key).toEqual(theirs[key]);
    }
  });
});
