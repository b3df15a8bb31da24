import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../../src/backends/wasm/wasm-backend.ts";
import { implicitRobustness } from "../../../src/measure/meters/implicit-robustness.ts";
import { runMeters } from "../../../src/measure/meters/run-meters.ts";
import { hiddenRobustness } from "../../../src/measure/robustness/hidden-robustness.ts";
import { robustnessMeasurement } from "../../../src/measure/robustness/robustness-measurement.ts";
import { type Robustness, robustnessSchema } from "../../../src/measure/robustness/robustness-schema.ts";
import { directionsOf, displacements } from "../../../src/measure/robustness/token-radii.ts";
import { tinyModels } from "../../models/tiny-models.ts";
import { tinyPart } from "../tiny-part.ts";

const options = { epsilons: [1e-6, 1e-2], directions: 3, batches: 9 };
const kinds = ["absolute", "relative"] as const;

/** Pieces of each block, and of all at once. */
async function piecesOf(...measured: Parameters<typeof hiddenRobustness>): Promise<Robustness[]> {
  const { blocks, all } = await hiddenRobustness(...measured);
  return [...blocks, all].map(({ piece }) => robustnessSchema.parse(piece));
}

/** Blocks whose tokens also go around them: only what the block takes is moved. */
const aroundBlocks = tinyModels
  .filter(({ name }) => name === "mlp, residual")
  .map((tiny) => ({ ...tiny, name: `${tiny.name}, no norm`, sizes: { ...tiny.sizes, layerNorm: "none" } }));

describe.each([...tinyModels, ...aroundBlocks])("$name", (tiny) => {
  const found = piecesOf(tinyPart(tiny), options);

  it("loses the slope times epsilon as epsilon falls: S10, within 2 %", async () => {
    for (const piece of await found) {
      expect(piece.gradientNorm).toBeGreaterThan(0);
      for (const { slope, radii } of kinds.map((kind) => piece[kind])) {
        expect(slope).toBeGreaterThan(0);
        const [{ epsilon, firstOrder }] = radii as [(typeof radii)[number]];
        // The second order is of the size of epsilon, 1e-6: rounding of the loss, 1e-16 over 1e-6, is less.
        expect(firstOrder! / epsilon / slope!).toBeCloseTo(1, 3);
      }
    }
  });

  it("loses more along gradients than along random directions", async () => {
    for (const piece of await found) {
      for (const { radii } of kinds.map((kind) => piece[kind])) {
        const [{ firstOrder, randomMean, randomLargest }] = radii as [(typeof radii)[number]];
        expect(randomLargest).toBeGreaterThanOrEqual(randomMean!);
        expect(firstOrder).toBeGreaterThan(randomLargest!);
      }
    }
  });

  it("has sums over blocks where all are moved at once, and the increase at the largest epsilon", async () => {
    const pieces = await found;
    const together = pieces.at(-1)!;
    for (const of of ["gradientNorm", "gradientSquares"] as const) {
      const total = pieces.slice(0, -1).reduce((sum, each) => sum + each[of]!, 0);
      expect(Math.abs(together[of]! / total - 1)).toBeLessThan(1e-12);
    }
    for (const kind of kinds) {
      const { increase, increaseStandardError, radii } = together[kind];
      expect([increase, increaseStandardError]).toEqual([
        radii[1]!.firstOrder,
        radii[1]!.firstOrderStandardError,
      ]);
    }
  });

  it("has the squared gradients that the meter has, of all batches, whichever are moved", async () => {
    const part = tinyPart(tiny, { count: 3 });
    const { layers } = await runMeters(part, [implicitRobustness]);
    const pieces = await piecesOf(part, { ...options, batches: 1 });
    expect(pieces[0]!.examples).toBe(4);
    for (const [i, { piece }] of layers.entries()) {
      const { squaredGradient, squaredGradientStandardError } = (
        piece as { readonly implicitRobustness: Readonly<Record<string, number>> }
      ).implicitRobustness;
      const { gradientSquares, gradientSquaresStandardError } = pieces[i]!;
      expect(Math.abs(gradientSquares! / squaredGradient! - 1)).toBeLessThan(1e-12);
      expect(Math.abs(gradientSquaresStandardError! / squaredGradientStandardError! - 1)).toBeLessThan(1e-10);
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
    expect(await piecesOf(other, options)).toEqual(await piecesOf(part, options));
  });
});

const vit = tinyModels.find(({ name }) => name === "vit, mean, fused")!;

describe("a vision Transformer", () => {
  it("gives the same on wasm as on the reference, up to float32", async () => {
    const backend = await wasmBackend({ threads: 1 });
    const settings = { epsilons: [0.1], directions: 2, batches: 2 };
    const wasm = await piecesOf(tinyPart(vit, { backend }), settings);
    const reference = await piecesOf(tinyPart(vit), settings);
    await backend.dispose();
    for (const [i, each] of wasm.entries()) {
      expect(Math.abs(each.gradientNorm! / reference[i]!.gradientNorm! - 1)).toBeLessThan(1e-5);
      for (const kind of kinds) {
        const [a, b] = [each, reference[i]!].map((of) => of[kind].radii[0]!);
        for (const of of ["firstOrder", "randomMean", "randomLargest"] as const) {
          // Losses near 1 are rounded to 2^-24, after 4 layers of sums of 10 at most.
          expect(Math.abs(a![of]! - b![of]!)).toBeLessThan(1e-5);
          const [error, exact] = [a![`${of}StandardError`]!, b![`${of}StandardError`]!];
          expect(exact).toBeGreaterThan(0);
          expect(Math.abs(error - exact)).toBeLessThan(1e-5);
        }
        expect(a!.firstOrderChanged).toBe(b!.firstOrderChanged);
      }
    }
  });

  it("changes most predictions where tokens are moved far enough, and none where hardly", async () => {
    const settings = { epsilons: [1e-9, 30], directions: 2, batches: 4 };
    const [near, far] = (await piecesOf(tinyPart(vit, { count: 4 }), settings)).at(-1)!.absolute.radii;
    expect([near!.firstOrderChanged, near!.randomChanged]).toEqual([0, 0]);
    expect(far!.firstOrderChanged).toBeGreaterThan(0.3);
    expect(far!.randomChanged).toBeGreaterThan(0);
  });

  it("leaves tokens without a gradient where they are: weights of zero", async () => {
    for (const piece of await piecesOf(tinyPart(vit, { scale: 0 }), options)) {
      expect([piece.gradientNorm, piece.gradientNormStandardError]).toEqual([0, 0]);
      for (const { slope, radii } of kinds.map((kind) => piece[kind])) {
        expect(slope).toBe(0);
        for (const { firstOrder } of radii) expect(firstOrder).toBe(0);
      }
    }
  });

  it("has no standard error for one example, and no random directions where none are asked for", async () => {
    const settings = { ...options, directions: 0 };
    const { all } = await hiddenRobustness(tinyPart(vit, { batchSize: 1, count: 1 }), settings);
    const piece = robustnessSchema.parse(all.piece);
    expect(piece.gradientNorm).toBeGreaterThan(0);
    expect([piece.gradientNormStandardError, piece.absolute.increaseStandardError]).toEqual([null, null]);
    expect(all.reasons!.gradientNormStandardError).toMatch(/one example/);
    expect(all.reasons!["absolute.increaseStandardError"]).toMatch(/one example/);
    expect(piece.relative.radii[1]!.randomMean).toBeNull();
    expect(all.reasons!["relative.radii.1.randomMean"]).toBe("no random directions are drawn");
  });

  it("is null with a reason where the loss is no number", async () => {
    const { all } = await hiddenRobustness(tinyPart(vit, { scale: Number.NaN }), options);
    const piece = robustnessSchema.parse(all.piece);
    const { increase, radii } = piece.absolute;
    expect([piece.gradientNorm, increase, radii[0]!.firstOrder, radii[0]!.randomMean]).toEqual(
      Array(4).fill(null),
    );
    for (const path of ["gradientNorm", "absolute.increase", "absolute.radii.0.randomMean"]) {
      expect(all.reasons![path]).toMatch(/range of numbers/);
    }
  });

  it("is measured by default settings, with the paths that its quantities state", async () => {
    const settings = robustnessMeasurement.settings.parse({});
    const { layers, model } = await robustnessMeasurement.run(tinyPart(vit), { settings, found: [] });
    expect(layers.length).toBe(2);
    for (const { id } of robustnessMeasurement.quantities) {
      const [own, ...path] = id.split(".");
      expect(own).toBe(robustnessMeasurement.id);
      const found = path.reduce<unknown>(
        (at, key) => (at as Record<string, unknown>)[key],
        structuredClone(model!.piece),
      );
      expect(found, id).toBeTypeOf("number");
    }
  });

  it("ends between two runs where it is told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(hiddenRobustness(tinyPart(vit), { ...options, signal })).rejects.toThrow("enough");
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
