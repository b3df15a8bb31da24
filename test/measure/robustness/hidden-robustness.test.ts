import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../../src/backends/wasm/wasm-backend.ts";
import {
  type HiddenRobustness,
  hiddenRobustness,
} from "../../../src/measure/robustness/hidden-robustness.ts";
import { directionsOf, displacements } from "../../../src/measure/robustness/token-radii.ts";
import { tinyModels } from "../../models/tiny-models.ts";
import { tinyPart } from "./tiny-part.ts";

const options = { epsilons: [1e-6, 1e-2], directions: 3, batches: 9 };
const all = ({ blocks, all: together }: Awaited<ReturnType<typeof hiddenRobustness>>): HiddenRobustness[] => [
  ...blocks,
  together,
];

describe.each(tinyModels)("$name", (tiny) => {
  const found = hiddenRobustness(tinyPart(tiny), options);

  it("loses the slope times epsilon as epsilon falls: S10, within 2 %", async () => {
    for (const { byRadius, gradientNorm } of all(await found)) {
      for (const { slope, losses } of Object.values(byRadius)) {
        const [small] = losses as [(typeof losses)[number]];
        expect(slope.value).toBeGreaterThan(0);
        // The second order is of the size of epsilon, 1e-6: rounding of the loss, 1e-16 over 1e-6, is less.
        expect(small.firstOrder.value! / small.epsilon / slope.value!).toBeCloseTo(1, 3);
      }
      expect(gradientNorm.value).toBeGreaterThan(0);
    }
  });

  it("loses more along gradients than along random directions", async () => {
    for (const { byRadius } of all(await found)) {
      for (const { losses } of Object.values(byRadius)) {
        const [{ firstOrder, randomMean, randomLargest }] = losses as [(typeof losses)[number]];
        expect(randomLargest.value).toBeGreaterThanOrEqual(randomMean.value!);
        expect(firstOrder.value).toBeGreaterThan(randomLargest.value!);
      }
    }
  });

  it("has sums over blocks where all are moved at once", async () => {
    const { blocks, all: together } = await found;
    for (const of of ["gradientNorm", "gradientSquares"] as const) {
      const total = blocks.reduce((sum, each) => sum + each[of].value!, 0);
      expect(Math.abs(together[of].value! / total - 1)).toBeLessThan(1e-12);
    }
  });

  it("does not count examples that fill a batch up", async () => {
    const part = tinyPart(tiny, { count: 1, lastExamples: 3 });
    const other = {
      ...part,
      async batch(place: number) {
        const { feed, examples } = await part.batch(place);
        // Other data in the place of the last example.
        const changed = Object.entries(feed).map(([name, entries]) => {
          const each = Float64Array.from(entries as Float64Array);
          if (name !== "labels") each.copyWithin((3 * each.length) / 4, 0, each.length / 4);
          return [name, each];
        });
        return { feed: Object.fromEntries(changed) as typeof feed, examples };
      },
    };
    expect(await hiddenRobustness(other, options)).toEqual(await hiddenRobustness(part, options));
  });
});

const vit = tinyModels.find(({ name }) => name === "vit, mean, fused")!;

describe("a vision Transformer", () => {
  it("gives the same on wasm as on the reference, up to float32", async () => {
    const backend = await wasmBackend({ threads: 1 });
    const settings = { epsilons: [0.1], directions: 2, batches: 2 };
    const [wasm, reference] = [
      all(await hiddenRobustness(tinyPart(vit, { backend }), settings)),
      all(await hiddenRobustness(tinyPart(vit), settings)),
    ];
    await backend.dispose();
    for (const [i, each] of wasm.entries()) {
      const { gradientNorm, byRadius } = reference[i]!;
      expect(Math.abs(each.gradientNorm.value! / gradientNorm.value! - 1)).toBeLessThan(1e-5);
      for (const name of ["absolute", "relative"] as const) {
        const [[a], [b]] = [each.byRadius[name].losses, byRadius[name].losses];
        for (const of of ["firstOrder", "randomMean", "randomLargest"] as const) {
          // Losses near 1 are rounded to 2^-24, and 4 layers of sums of 10 at most.
          expect(Math.abs(a![of].value! - b![of].value!)).toBeLessThan(1e-5);
          expect(Math.abs(a![of].standardError! - b![of].standardError!)).toBeLessThan(1e-5);
        }
        expect(a!.firstOrderChanged).toEqual(b!.firstOrderChanged);
      }
    }
  });

  it("changes most predictions where tokens are moved far enough", async () => {
    const { all: together } = await hiddenRobustness(tinyPart(vit, { count: 4 }), {
      epsilons: [1e-9, 30],
      directions: 2,
      batches: 4,
    });
    const [near, far] = together.byRadius.absolute.losses;
    expect([near!.firstOrderChanged.value, near!.randomChanged.value]).toEqual([0, 0]);
    expect(far!.firstOrderChanged.value).toBeGreaterThan(0.3);
    expect(far!.randomChanged.value).toBeGreaterThan(0);
  });

  it("has standard errors from two examples on, and says why one has none", async () => {
    const found = await hiddenRobustness(tinyPart(vit, { batchSize: 1, count: 1 }), {
      ...options,
      directions: 0,
    });
    expect(found.all.gradientNorm.value).toBeGreaterThan(0);
    expect(found.all.gradientNorm.standardError).toBeNull();
    expect(found.all.gradientNorm.reason).toMatch(/one example/);
    const [first] = found.all.byRadius.absolute.losses;
    expect(first!.randomMean).toEqual({
      value: null,
      standardError: null,
      reason: "no random directions are drawn",
    });
  });

  it("leaves tokens without a gradient where they are: weights of zero", async () => {
    const { blocks, all: together } = await hiddenRobustness(tinyPart(vit, { scale: 0 }), options);
    for (const { gradientNorm, byRadius } of [...blocks, together]) {
      expect(gradientNorm).toEqual({ value: 0, standardError: 0, reason: null });
      for (const { slope, losses } of Object.values(byRadius)) {
        expect(slope.value).toBe(0);
        for (const { firstOrder } of losses) expect(firstOrder.value).toBe(0);
      }
    }
  });

  it("says so where the loss is no number", async () => {
    const { all: together } = await hiddenRobustness(tinyPart(vit, { scale: Number.NaN }), options);
    const [first] = together.byRadius.absolute.losses;
    for (const each of [together.gradientNorm, first!.firstOrder, first!.randomMean]) {
      expect([each.value, each.standardError]).toEqual([null, null]);
      expect(each.reason).toMatch(/no finite number/);
    }
  });
});

describe("directions", () => {
  it("have length 1 whatever the vectors' scale, or 0 where there is none", () => {
    const { unit, norms } = directionsOf([3e-200, 4e-200, 0, 0, -6, 8, 3e200, -4e200], 2);
    for (const [i, each] of [0.6, 0.8, 0, 0, -0.6, 0.8, 0.6, -0.8].entries()) {
      expect(unit[i]).toBeCloseTo(each, 15);
    }
    for (const [i, each] of [5e-200, 0, 10, 5e200].entries()) {
      expect(Math.abs(norms[i]! - each)).toBeLessThanOrEqual(1e-15 * each);
    }
  });

  it("are followed as far as the radius is", () => {
    const moved = displacements(directionsOf([3, 4, 0, 0, 1, 0], 2), Float64Array.of(1, 5, 2), 0.1);
    for (const [i, each] of [0.06, 0.08, 0, 0, 0.2, 0].entries()) expect(moved[i]).toBeCloseTo(each, 15);
  });
});
