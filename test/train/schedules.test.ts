import fc from "fast-check";
import { expect, test } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { namedPart } from "../../src/datasets/named-part.ts";
import { schedules } from "../../src/train/schedules/catalogue.ts";

function factors(choice: Record<string, unknown>, steps: number, count: number): number[] {
  const { part, options } = namedPart(schedules, choice, "schedule");
  const factor = part.create(options, steps);
  return Array.from({ length: count }, (_, step) => factor(step));
}

/** 5 steps of warm-up, 25 in all: test/fixtures/trainer/schedules/manifest.json, of transformers 5.24.0. */
test.each([
  ["constant_warmup", { name: "constant", warmup: 5 }, 31],
  ["cosine", { name: "cosine", warmup: 5 }, 26],
  ["cosine_no_warmup", { name: "cosine" }, 26],
  ["torch_cosine", { name: "cosine" }, 26],
  ["linear", { name: "linear", warmup: 5 }, 31],
  ["inverse_sqrt", { name: "inverse-sqrt", warmup: 5 }, 31],
] as const)("factors are those of transformers: %s", async (run, choice, count) => {
  const checkpoint = await openCheckpoint("test/fixtures/trainer/schedules/reference.safetensors");
  const expected = await checkpoint
    .tensors()
    .find(({ name }) => name === run)!
    .read();
  await checkpoint.close();
  for (const [step, factor] of factors(choice, 25, count).entries()) {
    expect(Math.abs(factor - expected[step]!), `step ${step}`).toBeLessThan(1e-14);
  }
});

test("factors stay in [minimum, 1] after the warm-up, and decays end at the minimum", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("cosine", "linear", "inverse-sqrt"),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 21, max: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (name, warmup, steps, minimum) => {
        const all = factors({ name, warmup, minimum }, steps, steps + 1);
        for (const factor of all.slice(warmup)) {
          expect(factor).toBeGreaterThanOrEqual(minimum - 1e-15);
          expect(factor).toBeLessThanOrEqual(1 + 1e-15);
        }
        for (const [step, factor] of all.slice(0, warmup).entries()) expect(factor).toBe(step / warmup);
        if (name !== "inverse-sqrt") expect(all.at(-1)).toBeCloseTo(minimum, 14);
      },
    ),
  );
});
