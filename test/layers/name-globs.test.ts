import { expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { nameMatcher } from "../../src/layers/name-globs.ts";
import { nearestNames } from "../../src/layers/nearest-names.ts";

test.each([
  ["model.layers.*.mlp.*", "model.layers.0.mlp.experts.gate_up_proj", true],
  ["model.layers.*.mlp.*", "model.layers.0.self_attn.q_proj.weight", false],
  ["*.weight", "h.0.attn.c_attn.weight", true],
  ["*.weight", ".weight", true],
  ["*.weight", "h.0.attn.c_attn.bias", false],
  ["h.0.*", "h.0.attn.c_attn.weight", true],
  ["h.0.*", "h.00.attn", false],
  ["h.0.*", "transformer.h.0.attn", false],
  ["*kernel*", "model_weights/conv2d_1/conv2d_1_1/kernel:0", true],
  ["*/kernel:0", "a/b/kernel:0", true],
  ["**/kernel:0", "a/b/kernel:0", true],
  ["layer?.0.*", "layer1.0.conv1.weight", true],
  ["a?b", "a/b", true],
  ["*.{q,k}_proj.*", "layers.0.q_proj.weight", true],
  ["*.{q,k}_proj.*", "layers.0.v_proj.weight", false],
  ["*.[0-3].*", "layers.2.fc", true],
  ["!*.bias", "fc.weight", true],
  ["!*.bias", "fc.bias", false],
  ["experts.w1[3]", "experts.w1[3]", true],
  ["*experts*", "layers.0.mlp.experts.w1[3]", true],
  ["fc1.weight", "fc1.weight", true],
  ["fc1.weight", "fc1xweight", false],
  ["a(b", "a(b", true],
  ["*", "any/name.at[0]\nall", true],
])("%s and %s: %s", (pattern, name, isMatch) => {
  expect(nameMatcher([pattern])(name)).toBe(isMatch);
});

test("no pattern matches nothing, and one of several is enough", () => {
  expect(nameMatcher([])("a")).toBe(false);
  expect(nameMatcher(["b", "a*"])("abc")).toBe(true);
});

test("a pattern that is empty or too long is wrong usage", () => {
  expect(() => nameMatcher([""])).toThrow(UsageError);
  expect(() => nameMatcher(["a".repeat(70_000)])).toThrow(UsageError);
});

test("the names nearest to a pattern without a match are suggested, stars costing nothing", () => {
  const names = [
    "model.layers.0.mlp.up_proj.weight",
    "model.norm.weight",
    "lm_head.weight",
    "lm_head.weight",
  ];
  expect(nearestNames("lm_haed.weight", names, 1)).toEqual(["lm_head.weight"]);
  expect(nearestNames("*.mpl.*", names, 1)).toEqual(["model.layers.0.mlp.up_proj.weight"]);
  expect(nearestNames("x", names)).toHaveLength(3);
  expect(nearestNames("x", [])).toEqual([]);
});
