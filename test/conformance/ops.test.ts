import { describe, expect, test } from "vitest";
import { ops } from "../../src/autodiff/catalogue.ts";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { parameter } from "../../src/autodiff/leaves.ts";
import { sum } from "../../src/autodiff/ops/broadcasting.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { sizeOf } from "../../src/autodiff/shape.ts";
import { apply, type Value } from "../../src/autodiff/value.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { drawInputs } from "../autodiff/draw-inputs.ts";

const backend = referenceBackend();

/** Computes values of a graph whose parameters p0, p1 ... have the given entries. */
async function compute(values: readonly Value[], leaves: readonly Value[], entries: readonly Float64Array[]) {
  const state = new Map(
    leaves.map((leaf, place) => {
      const tensor = backend.alloc(leaf.shape);
      backend.write(tensor, entries[place]!);
      return [`p${place}`, tensor];
    }),
  );
  const outputs = Object.fromEntries(values.map((value, i) => [`v${i}`, value]));
  const plan = await backend.compile({ outputs }, state);
  const results = await plan.run({});
  return values.map((_, i) => Float64Array.from(results[`v${i}`]!));
}

/** d(scalar)/d(entries of one leaf) by central differences of order 4. */
async function differences(
  of: Value,
  leaves: readonly Value[],
  entries: readonly Float64Array[],
  place: number,
) {
  const step = 1e-3;
  const slopes = new Float64Array(entries[place]!.length);
  for (let i = 0; i < slopes.length; i++) {
    const at = async (shift: number) => {
      const moved = entries.map((each) => each.slice());
      moved[place]![i]! += shift;
      return (await compute([of], leaves, moved))[0]![0]!;
    };
    const near = (await at(step)) - (await at(-step));
    const far = (await at(2 * step)) - (await at(-2 * step));
    slopes[i] = (8 * near - far) / (12 * step);
  }
  return slopes;
}

/** Largest difference over the largest entry. */
function distance(a: Float64Array, b: Float64Array): number {
  const norm = b.reduce((most, each) => Math.max(most, Math.abs(each)), 1e-3);
  return a.reduce((most, each, i) => Math.max(most, Math.abs(each - b[i]!)), 0) / norm;
}

describe.each(ops.map((op) => [op.name, op] as const))("%s", (_, op) => {
  test("has trials", () => expect(op.trials.length).toBeGreaterThan(0));

  test.each(op.trials.map((trial, index) => [index, trial] as const))(
    "trial %i: the shape rule fits the entries, and first and second derivatives are those of differences",
    async (index, trial) => {
      const entries = drawInputs(op, trial, index);
      const leaves = trial.shapes.map((shape, place) => parameter(`p${place}`, shape));
      const value = apply(op, leaves, trial.attributes);
      const [result] = await compute([value], leaves, entries);
      expect(result!.length).toBe(sizeOf(value.shape));
      expect(result!.every(Number.isFinite)).toBe(true);

      const { normal } = randomStream(8, ["weights", op.name, index]);
      const weights = parameter(`p${leaves.length}`, value.shape);
      const all = [...leaves, weights];
      const everything = [...entries, new Float64Array(sizeOf(value.shape)).map(() => normal())];
      const scalar = sum(multiply(value, weights));
      const flows = op.backward(value, weights).map((part) => part !== null);
      for (const [place, leaf] of leaves.entries()) {
        if (!flows[place]) continue;
        const gradient = differentiate(scalar, [leaf])[0]!;
        expect(gradient.shape).toEqual(leaf.shape);
        const [exact] = await compute([gradient], all, everything);
        expect(distance(exact!, await differences(scalar, all, everything, place))).toBeLessThan(1e-8);

        // A Hessian-vector product with all leaves that take part, in one direction.
        const direction = parameter(`p${all.length}`, leaf.shape);
        const along = sum(multiply(gradient, direction));
        const drawn = new Float64Array(sizeOf(leaf.shape)).map(() => normal());
        const seconds = differentiate(along, leaves);
        for (const [other] of leaves.entries()) {
          if (!flows[other]) continue;
          const leavesOfSecond = [...all, direction];
          const entriesOfSecond = [...everything, drawn];
          const [second] = await compute([seconds[other]!], leavesOfSecond, entriesOfSecond);
          expect(
            distance(second!, await differences(along, leavesOfSecond, entriesOfSecond, other)),
          ).toBeLessThan(1e-7);
        }
      }
    },
  );
});
