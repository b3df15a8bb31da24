import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sparsityOptions } from "../../src/sparsity/options.ts";

describe("a recipe's sparsity", () => {
  it("is plain ReLU when it says nothing", () => {
    expect(sparsityOptions.parse({})).toEqual({ activation: "relu" });
  });

  it("gets defaults", () => {
    const parsed = sparsityOptions.parse({
      activation: "jsrelu",
      zerothBias: {},
      restrictedLayerNorm: { upliftSteps: 10 },
      synapseNoise: {},
      mixing: { steps: 5 },
    });
    expect(parsed).toEqual({
      activation: "jsrelu",
      zerothBias: { placement: "input", clip: 0.1 },
      restrictedLayerNorm: { upliftSteps: 10, legacyOrder: false },
      synapseNoise: { rho: 0.1, kind: "tokenwise", matrices: "key-and-value" },
      mixing: { steps: 5, from: "relu" },
    });
    expect(sparsityOptions.parse(parsed)).toEqual(parsed);
  });

  const mistakes: readonly (readonly [unknown, RegExp])[] = [
    [{ activation: "jsreul" }, /no activation function "jsreul".*activation/s],
    [{ zerothBias: { placement: "middle" } }, /placement/],
    [{ zerothBias: { clip: 0 } }, /clip/],
    [{ zerothbias: {} }, /zerothbias/],
    [{ restrictedLayerNorm: { upliftSteps: 0 } }, /upliftSteps|restrictedLayerNorm/],
    [{ synapseNoise: { rho: -1 } }, /rho/],
    [{ mixing: {} }, /steps/],
    [{ mixing: { steps: 3, from: { name: "srelu" } } }, /srelu/],
  ];
  it.each(mistakes)("%j is refused by name", (options, message) => {
    const parsed = sparsityOptions.safeParse(options);
    expect(parsed.success).toBe(false);
    expect(z.prettifyError(parsed.error!)).toMatch(message);
  });

  it("has a JSON schema", () => {
    expect(z.toJSONSchema(sparsityOptions, { io: "input" })).toHaveProperty("properties.zerothBias");
  });
});
