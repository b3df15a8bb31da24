import { describe, expect, test } from "vitest";
import { addBlockProduct, pairRight, readyFactors } from "../../src/kernels/block-product.ts";
import {
  block,
  blockAt,
  type Plan,
  pairedPlaces,
  panel,
  placesAtOnce,
  planMemory,
} from "../../src/kernels/gram-plan.ts";
import { type Kernels, kernelsWithMemory, runsVariant } from "../../src/kernels/kernels.ts";
import { gaussian } from "../noise.ts";

const variants = (["plain", "relaxed"] as const).filter(runsVariant);
const order = 2 * block;

/** A packed matrix of `order` rows and `count` columns: panels of 4 rows, a place after the other. */
function pack(kernels: Kernels, entries: (row: number, place: number) => number, count: number, to: number) {
  const packed = new Float64Array(kernels.memory.buffer, to, order * count);
  for (let i = 0; i < order; i++) {
    for (let k = 0; k < count; k++) {
      packed[(Math.floor(i / panel) * count + k) * panel + (i % panel)] = entries(i, k);
    }
  }
}

/** Entry (i, j), j <= i, of the triangle. */
function entryAt(kernels: Kernels, plan: Plan, i: number, j: number): number {
  const at = blockAt(plan, Math.floor(i / block), Math.floor(j / block));
  const inBlock = Math.floor((j % block) / panel) * block * panel + (i % block) * panel + (j % panel);
  return new Float64Array(kernels.memory.buffer, at)[inBlock]!;
}

/** G = L R' in the triangle's three blocks, from zero, rows and columns from panel `first` on, columns to `end`. */
function product(
  variant: "plain" | "relaxed",
  pairs: boolean,
  count: number,
  left: (row: number, place: number) => number,
  right = left,
  first = 0,
  end = block / panel,
) {
  const plan = planMemory(order, 8, 1, pairs);
  const kernels = kernelsWithMemory(variant, plan.bytes + 3 * order * count * 8);
  new Uint8Array(kernels.memory.buffer, plan.matrix, plan.bytes - plan.matrix).fill(0);
  const bytes = order * count * 8;
  const [leftAt, rightAt, paired] = [0, 1, 2].map((place) => plan.bytes + place * bytes) as [
    number,
    number,
    number,
  ];
  const packed = { left: leftAt, right: rightAt, paired, stride: count * panel * 8, count };
  pack(kernels, left, count, leftAt);
  pack(kernels, right, count, rightAt);
  pairRight(kernels, plan, packed, 0, order / panel);
  const factors = { ...packed, inPairs: pairs };
  for (const [i, j] of [
    [0, 0],
    [1, 0],
    [1, 1],
  ] as const) {
    addBlockProduct(kernels, plan, factors, i, j, i === 0 ? first : 0, j === 0 ? first : 0, end);
  }
  return (i: number, j: number) => entryAt(kernels, plan, i, j);
}

describe.each(variants)("a product of packed blocks, %s", (variant) => {
  describe.each([false, true])("in pairs: %s", (pairs) => {
    test.each([8, 40, 72, 144])("of whole numbers is exact, over %i places", (count) => {
      const entries = (i: number, k: number) => ((i * 31 + k * 17) % 23) - 11;
      const gram = product(variant, pairs, count, entries);
      for (let i = 0; i < order; i += 3) {
        for (let j = 0; j <= i; j += 5) {
          let sum = 0;
          for (let k = 0; k < count; k++) sum += entries(i, k) * entries(j, k);
          expect(gram(i, j), `entry ${i}, ${j}`).toBe(sum);
        }
      }
    });

    test("leaves out panels of rows and of columns before the first", () => {
      const gram = product(variant, pairs, 8, (i, k) => i + k + 1, undefined, 3);
      expect(gram(3 * panel - 1, 0)).toBe(0);
      expect(gram(3 * panel, 3 * panel - 1)).toBe(0);
      expect(gram(block, 3 * panel - 1)).toBe(0);
      expect(gram(3 * panel, 3 * panel)).toBeGreaterThan(0);
      expect(gram(block, 3 * panel)).toBeGreaterThan(0);
      expect(gram(block, block)).toBeGreaterThan(0);
    });

    test.skipIf(pairs)("leaves out panels of columns from the last on", () => {
      const gram = product(variant, pairs, 8, (i, k) => i + k + 1, undefined, 2, 5);
      for (const row of [5 * panel, block - 1, block, 2 * block - 1]) {
        expect(gram(row, 2 * panel)).toBeGreaterThan(0);
        expect(gram(row, 5 * panel - 1)).toBeGreaterThan(0);
        expect(gram(row, 2 * panel - 1)).toBe(0);
        expect(gram(row, 5 * panel)).toBe(0);
      }
      expect(gram(3 * panel, 3 * panel)).toBeGreaterThan(0);
      expect(gram(4 * panel, 4 * panel)).toBeGreaterThan(0);
    });

    test("of two factors with equal sums over their pairs, as an update of rank 2 has them", () => {
      const x = (i: number, c: number) => ((i * 7 + c * 5) % 13) - 6;
      const v = (i: number, c: number) => ((i * 3 + c * 11) % 17) - 8;
      const left = (i: number, k: number) => -(k % 2 === 0 ? x(i, k >> 1) : v(i, k >> 1));
      const right = (i: number, k: number) => (k % 2 === 0 ? v(i, k >> 1) : x(i, k >> 1));
      const update = product(variant, pairs, 32, left, right);
      for (let i = 0; i < order; i += 7) {
        for (let j = 0; j <= i; j += 3) {
          let sum = 0;
          for (let c = 0; c < 16; c++) sum -= x(i, c) * v(j, c) + v(i, c) * x(j, c);
          expect(update(i, j)).toBe(sum === 0 ? 0 : sum);
        }
      }
    });

    // Each of `count` additions rounds a partial sum of at most |x|^2 + |y|^2, with what is largest in the two panels.
    test("of rows of all sizes is within count eps (|x|^2 + |y|^2), of the largest of their panels", () => {
      const count = 144;
      // Sizes from 1e-12 to 1, side by side.
      const data = gaussian(order, count, 1, "block product").data.map((entry, at) => {
        return entry * 10 ** -((Math.floor(at / count) * 5) % 13);
      });
      const entries = (i: number, k: number) => data[i * count + k]!;
      const dot = (i: number, j: number) => {
        let [sum, rest] = [0, 0];
        for (let k = 0; k < count; k++) {
          const term = entries(i, k) * entries(j, k) - rest;
          const next = sum + term;
          rest = next - sum - term;
          sum = next;
        }
        return sum;
      };
      const largestOf = (i: number) => {
        const first = i - (i % panel);
        return Math.max(...[0, 1, 2, 3].map((lane) => dot(first + lane, first + lane)));
      };
      const gram = product(variant, pairs, count, entries);
      for (let i = 0; i < order; i += 9) {
        for (let j = 0; j <= i; j += 4) {
          const bound = count * Number.EPSILON * (largestOf(i) + largestOf(j));
          expect(Math.abs(gram(i, j) - dot(i, j))).toBeLessThan(bound);
        }
      }
    });
  });
});

describe.skipIf(!runsVariant("relaxed"))("products are in pairs", () => {
  const count = 8;
  const inPairs = (sizeOf: (row: number) => number, firstRow: number) => {
    const plan = planMemory(order, 8, 1, true);
    const kernels = kernelsWithMemory("relaxed", plan.bytes + 2 * order * count * 8);
    const packed = {
      left: plan.bytes,
      right: plan.bytes,
      paired: plan.bytes + order * count * 8,
      stride: count * panel * 8,
      count,
    };
    pack(kernels, sizeOf, count, plan.bytes);
    pairRight(kernels, plan, packed, 0, order / panel);
    return readyFactors(kernels, plan, packed, firstRow, 16).inPairs;
  };

  test("where rows are of one size, or all zero", () => {
    expect(inPairs(() => 1, 0)).toBe(true);
    expect(inPairs(() => 0, 0)).toBe(true);
    expect(inPairs((i) => 1 + (i % 3), 0)).toBe(true);
  });

  test("not where one row is much larger than most, among those that take part", () => {
    expect(inPairs((i) => (i === 5 ? 10 : 1), 0)).toBe(false);
    expect(inPairs((i) => (i === 5 ? 10 : 1), 8)).toBe(true);
    expect(inPairs((i) => (i === 5 ? -10 : 1), 0)).toBe(false);
  });
});

test("places that are packed at once are whole steps of products in pairs", () => {
  expect(placesAtOnce(true) % pairedPlaces).toBe(0);
});
