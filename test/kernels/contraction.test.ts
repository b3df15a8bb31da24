import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Contraction, contractedShape, planContraction } from "../../src/kernels/contraction.ts";
import { type KernelVariant, runsVariant, takeSharedMemory } from "../../src/kernels/kernels.ts";
import { contractionScratchBytes, runContraction } from "../../src/kernels/run-contraction.ts";
import { trainingKernels } from "../../src/kernels/training-kernels.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { einsteinSum, productOf, type Tensor } from "./einstein-sum.ts";

const pages = 400;
const alone = new WebAssembly.Memory({ initial: pages });
const { memory: shared } = takeSharedMemory(pages * 65536);

const engines = (["plain", "relaxed"] as const).flatMap((variant) =>
  [alone, shared].map((memory) => ({
    name: memory === alone ? variant : `${variant}, shared memory`,
    variant,
    memory,
  })),
);
type Engine = { readonly variant: KernelVariant; readonly memory: WebAssembly.Memory };

/**
 * Runs a contraction by threads one after the other, the last first. The memory ends where an operand does, so that
 * reading past it traps, and holds NaN wherever nothing was put, so that reading it shows.
 */
function contract(
  { variant, memory }: Engine,
  letters: Contraction,
  a: Tensor,
  b: Tensor,
  before: Float32Array,
  alpha: number,
  accumulates: boolean,
  threads: number,
): { result: Float32Array; margin: Float32Array } {
  const entries = new Float32Array(memory.buffer);
  entries.fill(Number.NaN);
  const plan = planContraction(letters, a.shape, b.shape, { alpha, accumulates });
  const lastIsA = threads === 2;
  const [last, other] = lastIsA ? [a, b] : [b, a];
  const lastAt = entries.length - last.data.length;
  const otherAt = lastAt - other.data.length;
  const outAt = otherAt - before.length - 64;
  entries.set(last.data, lastAt);
  entries.set(other.data, otherAt);
  if (accumulates) entries.set(before, outAt);
  const kernels = trainingKernels(variant, memory);
  const [aAt, bAt] = lastIsA ? [lastAt, otherAt] : [otherAt, lastAt];
  const scratch = 1024;
  expect(scratch + contractionScratchBytes(threads)).toBeLessThanOrEqual((outAt - 64) * 4);
  for (let rank = threads - 1; rank >= 0; rank--) {
    runContraction(kernels, plan, aAt * 4, bAt * 4, outAt * 4, scratch, rank, threads);
  }
  const end = outAt + before.length;
  return {
    result: entries.slice(outAt, end),
    margin: Float32Array.of(...entries.slice(outAt - 64, outAt), ...entries.slice(end, end + 64)),
  };
}

/** Holds a contraction against the sum in float64, and the bits of 2 and 3 threads against those of one. */
function check(
  engine: Engine,
  letters: Contraction,
  sizes: Readonly<Record<string, number>>,
  { alpha = 1, accumulates = false, seed = 1 } = {},
): void {
  const { normal } = randomStream(seed, ["contraction", letters.a, letters.b]);
  const random = (each: string): Tensor => {
    const shape = Array.from(each, (letter) => sizes[letter]!);
    return { shape, data: Float32Array.from({ length: productOf(shape) }, normal) };
  };
  const [a, b] = [random(letters.a), random(letters.b)];
  const before = random(letters.out).data as Float32Array;
  const { values, magnitudes, terms } = einsteinSum(letters, a, b);
  const run = (threads: number) =>
    contract(engine, letters, a, b, before, Math.fround(alpha), accumulates, threads);
  const { result, margin } = run(1);
  expect(margin.every(Number.isNaN), "nothing beside the result is written").toBe(true);
  // n products of float32 summed in any order: n - 1 roundings each at most, one of a product, two of alpha and C.
  // Higham 2002, Accuracy and Stability of Numerical Algorithms, eq. 3.5, with unit roundoff 2^-24.
  const roundings = (terms + 2) * 2 ** -24 * 1.01;
  for (let i = 0; i < result.length; i++) {
    const start = accumulates ? before[i]! : 0;
    const wanted = start + Math.fround(alpha) * values[i]!;
    const bound = roundings * (Math.abs(alpha) * magnitudes[i]! + Math.abs(start));
    if (!(Math.abs(result[i]! - wanted) <= bound)) {
      expect.fail(`entry ${i} of ${result.length}: ${result[i]} is not ${wanted} within ${bound}`);
    }
  }
  for (const threads of [2, 3]) {
    const { result: other } = run(threads);
    expect(Buffer.compare(bytesOf(other), bytesOf(result)), `bits of ${threads} threads`).toBe(0);
  }
}

function bytesOf(entries: Float32Array): Uint8Array {
  return new Uint8Array(entries.buffer, entries.byteOffset, entries.byteLength);
}

const contraction = (text: string): Contraction => {
  const [a, b, out] = text.split(/,|->/) as [string, string, string];
  return { a, b, out };
};

/** What layers and their gradients need. */
const layers = [
  "btd,od->bto",
  "bto,od->btd",
  "bto,btd->od",
  "bthd,bshd->bhts",
  "bhts,bshd->bthd",
  "bhts,bthd->bshd",
];

describe.each(engines)("contractions, $name", (engine) => {
  const isHere = runsVariant(engine.variant);

  test.skipIf(!isHere)("of layers are those of the float64 sum, for any number of threads", () => {
    for (const text of layers) {
      check(engine, contraction(text), { b: 3, t: 13, s: 11, h: 2, d: 17, o: 21 });
      check(engine, contraction(text), { b: 2, t: 40, s: 40, h: 3, d: 8, o: 5 }, { accumulates: true });
    }
  });

  test.skipIf(!isHere)("larger than the blocks in each direction are right", () => {
    for (const text of ["ik,kj->ij", "ki,jk->ij", "ik,jk->ji", "ki,kj->ji"]) {
      for (const [i, k, j] of [
        [700, 30, 41],
        [23, 801, 40],
        [33, 20, 1100],
      ] as const) {
        check(engine, contraction(text), { i, j, k }, { alpha: -0.5, accumulates: true });
      }
    }
  });

  test.skipIf(!isHere)("of random letters, sizes and orders are right", () => {
    const sizes = fc.oneof(
      fc.constant(1),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom(300, 390, 777),
    );
    const most = 300_000;
    fc.assert(
      fc.property(
        fc.record({
          // Letters of: a and b and out; a and out; b and out; a and b.
          counts: fc.tuple(...[1, 2, 2, 2].map((max) => fc.integer({ min: 0, max }))),
          drawn: fc.array(sizes, { minLength: 7, maxLength: 7 }),
          seed: fc.integer({ min: 0, max: 1e6 }),
          alpha: fc.constantFrom(1, 1, 0.125, -1.7),
          accumulates: fc.boolean(),
        }),
        ({ counts, drawn, seed, alpha, accumulates }) => {
          const { uniform } = randomStream(seed, ["letters"]);
          const alphabet = Array.from("pqrstuv");
          const [all, left, right, summed] = counts.map((count) => alphabet.splice(0, count).join("")) as [
            string,
            string,
            string,
            string,
          ];
          const mixed = (text: string): string =>
            Array.from(text, (letter) => ({ letter, place: uniform() }))
              .sort((x, y) => x.place - y.place)
              .map(({ letter }) => letter)
              .join("");
          const letters = {
            a: mixed(all + left + summed),
            b: mixed(all + right + summed),
            out: mixed(all + left + right),
          };
          const used = [...all, ...left, ...right, ...summed];
          const kept = used.map((_, i) => drawn[i]!);
          while (productOf(kept) > most) {
            const at = kept.indexOf(Math.max(...kept));
            kept[at] = Math.ceil(kept[at]! / 2);
          }
          const named = Object.fromEntries(used.map((letter, i) => [letter, kept[i]!]));
          check(engine, letters, named, { alpha, accumulates, seed });
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });
});

describe("a plan", () => {
  test("makes one dimension of letters that are neighbours in each tensor", () => {
    const plan = planContraction(contraction("btd,od->bto"), [2, 3, 5], [7, 5]);
    expect(plan).toEqual({
      leftIs: "a",
      m: { letters: "bt", size: 6, left: 5, right: 0, out: 7 },
      n: { letters: "o", size: 7, left: 0, right: 5, out: 1 },
      k: { letters: "d", size: 5, left: 1, right: 1, out: 0 },
      loops: [],
      sums: [],
      alpha: 1,
      accumulates: false,
    });
    const gradient = planContraction(contraction("bto,btd->od"), [2, 3, 7], [2, 3, 5]);
    expect(gradient.k).toEqual({ letters: "bt", size: 6, left: 7, right: 5, out: 0 });
  });

  test("loops over heads where they lie, and writes rows of the result", () => {
    const [b, t, s, h, d] = [2, 3, 5, 7, 11];
    const scores = planContraction(contraction("bthd,bshd->bhts"), [b, t, h, d], [b, s, h, d]);
    expect(scores.loops.map(({ letters }) => letters)).toEqual(["b", "h"]);
    expect(scores.m).toEqual({ letters: "t", size: t, left: h * d, right: 0, out: s });
    expect(scores.n).toEqual({ letters: "s", size: s, left: 0, right: h * d, out: 1 });
    const flipped = planContraction(contraction("ij,jk->ki"), [3, 4], [4, 5]);
    expect([flipped.leftIs, flipped.m.letters, flipped.n.letters]).toEqual(["b", "k", "i"]);
  });

  test("sums over letters that don't fuse one after the other", () => {
    const plan = planContraction(contraction("xiy,yxj->ij"), [3, 5, 4], [4, 3, 2]);
    expect([plan.k.letters, plan.sums.map(({ letters }) => letters)]).toEqual(["y", ["x"]]);
  });

  test("takes no notice of sizes of one", () => {
    const plan = planContraction(contraction("bthd,bshd->bhts"), [1, 3, 1, 8], [1, 5, 1, 8]);
    expect(plan.loops).toEqual([]);
    expect(contractedShape(contraction("bthd,bshd->bhts"), [1, 3, 1, 8], [1, 5, 1, 8])).toEqual([1, 1, 3, 5]);
  });

  test.each([
    ["ij,jk->i", [2, 3], [3, 4], /"ij,jk->i" has k in one tensor only/],
    ["ij,jk->ikx", [2, 3], [3, 4], /has x in one tensor only/],
    ["ii,ij->j", [2, 2], [2, 4], /has i twice in one tensor/],
    ["ij,jk->ik", [2, 3], [4, 4], /needs one size for j, got 3 and 4/],
    ["ij,jk->ik", [2, 3, 1], [3, 4], /needs 2 sizes for ij, got \[2, 3, 1\]/],
    ["ij,jk->ik", [0, 3], [3, 4], /needs whole sizes >= 1, got i = 0/],
    ["ij,jk->ik", [2.5, 3], [3, 4], /got i = 2.5/],
  ] as const)("%s of %j and %j is refused", (text, aShape, bShape, message) => {
    const plan = () => planContraction(contraction(text), aShape, bShape);
    expect(plan).toThrow(RangeError);
    expect(plan).toThrow(message);
  });
});
