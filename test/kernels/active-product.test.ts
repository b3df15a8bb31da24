import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  activeScratchBytes,
  listActive,
  multiplyActive,
  packedRowsBytes,
  packForActive,
} from "../../src/kernels/active-product.ts";
import { planContraction } from "../../src/kernels/contraction.ts";
import { type KernelVariant, runsVariant, takeSharedMemory } from "../../src/kernels/kernels.ts";
import { contractionScratchBytes, runContraction } from "../../src/kernels/run-contraction.ts";
import { trainingKernels } from "../../src/kernels/training-kernels.ts";
import { randomStream } from "../../src/linalg/random.ts";

const pages = 200;
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

interface Case {
  readonly rows: number;
  readonly neurons: number;
  readonly columns: number;
  readonly isForFew: boolean;
  /** Entries of A, [rows, neurons], and of B. */
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Whether B is stored with a neuron's entries side by side, [neurons, columns], or as [columns, neurons]. */
  readonly byNeurons: boolean;
}

/** Both products; the memory holds NaN wherever nothing was put. */
function multiplyBoth(
  { variant, memory }: Engine,
  { rows, neurons, columns, isForFew, a, b, byNeurons }: Case,
  all = false,
) {
  const kernels = trainingKernels(variant, memory);
  const entries = new Float32Array(memory.buffer);
  entries.fill(Number.NaN);
  let top = 4096;
  const take = (bytes: number) => {
    const address = top;
    top += Math.ceil(bytes / 64) * 64 + 64;
    return address;
  };
  const aAt = take(4 * a.length);
  const bAt = take(4 * b.length);
  const dense = take(4 * rows * columns);
  const skipping = take(4 * rows * columns);
  const sizes = { neurons, columns, isForFew };
  const packed = { ...sizes, address: take(packedRowsBytes(sizes)) };
  const scratchBytes = activeScratchBytes(rows, sizes);
  const scratch = take(scratchBytes);
  const contraction = take(contractionScratchBytes(1));
  expect(top).toBeLessThan(memory.buffer.byteLength);
  entries.set(a, aAt / 4);
  entries.set(b, bAt / 4);
  const letters = { a: "tn", b: byNeurons ? "nd" : "dn", out: "td" };
  const plan = planContraction(letters, [rows, neurons], byNeurons ? [neurons, columns] : [columns, neurons]);
  runContraction(kernels, plan, aAt, bAt, dense, contraction, 0, 1);
  packForActive(kernels, packed, bAt, ...((byNeurons ? [columns, 1] : [1, neurons]) as [number, number]));
  const listed = listActive(kernels, packed, aAt, rows, scratch, all);
  multiplyActive(kernels, packed, rows, scratch, skipping);
  const read = (at: number) => entries.slice(at / 4, at / 4 + rows * columns);
  const margin = Float32Array.of(
    ...entries.slice(skipping / 4 - 16, skipping / 4),
    ...entries.slice(skipping / 4 + rows * columns, skipping / 4 + rows * columns + 16),
    ...entries.slice(scratch / 4 - 16, scratch / 4),
    ...entries.slice((scratch + scratchBytes) / 4, (scratch + scratchBytes) / 4 + 15),
  );
  return { dense: read(dense), skipping: read(skipping), listed, margin };
}

/** Random entries of A, each not zero with a probability; some zeros are -0. */
function randomCase(
  { share, ...shape }: Omit<Case, "a" | "b"> & { readonly share: number },
  seed: number,
): Case {
  const { rows, neurons, columns } = shape;
  const { uniform, normal } = randomStream(seed, ["active product"]);
  const a = Float32Array.from({ length: rows * neurons }, () =>
    uniform() < share ? normal() : uniform() < 0.5 ? 0 : -0,
  );
  return { ...shape, a, b: Float32Array.from({ length: neurons * columns }, normal) };
}

const sizes = fc.record({
  rows: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 30 })),
  neurons: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(383, 384, 385, 769, 1001)),
  columns: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(16, 32, 48, 96, 144)),
  share: fc.constantFrom(0, 0.02, 0.3, 1),
  byNeurons: fc.boolean(),
});

const forms = engines.flatMap((engine) =>
  [false, true].map((isForFew) => ({
    engine,
    isForFew,
    name: `${engine.name}, for ${isForFew ? "few" : "many"}`,
  })),
);

describe.each(forms)("the product that skips zeros, $name", ({ engine, isForFew }) => {
  const isHere = runsVariant(engine.variant);

  test.skipIf(!isHere)("has the dense product's bits, and is the float64 sum within its roundings", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 1e6 }), (shape, seed) => {
        const given = randomCase({ ...shape, isForFew }, seed);
        const { rows, neurons, columns, a, b, byNeurons } = given;
        const { dense, skipping, listed, margin } = multiplyBoth(engine, given);
        expect(skipping).toEqual(dense);
        expect(listed).toBe(a.filter((entry) => entry !== 0).length);
        expect(margin.every(Number.isNaN), "nothing beside the result and the list is written").toBe(true);
        for (let t = 0; t < rows; t++) {
          for (let d = 0; d < columns; d++) {
            let sum = 0;
            let size = 0;
            for (let j = 0; j < neurons; j++) {
              const product = a[t * neurons + j]! * (byNeurons ? b[j * columns + d]! : b[d * neurons + j]!);
              sum += product;
              size += Math.abs(product);
            }
            // Higham 2002, Accuracy and Stability of Numerical Algorithms, eq. 3.5, unit roundoff 2^-24.
            const bound = (neurons + 1) * 2 ** -24 * 1.01 * size;
            expect(Math.abs(skipping[t * columns + d]! - sum)).toBeLessThanOrEqual(bound);
          }
        }
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  test.skipIf(!isHere)("lists zeros too where it is told, with the same result", () => {
    const given = randomCase(
      { rows: 7, neurons: 400, columns: 50, share: 0.1, byNeurons: false, isForFew },
      5,
    );
    const { dense, skipping, listed } = multiplyBoth(engine, given, true);
    expect(listed).toBe(7 * 400);
    expect(skipping).toEqual(dense);
  });

  test.skipIf(!isHere)("lets NaN and infinity through as the dense one does", () => {
    const given = randomCase(
      { rows: 5, neurons: 390, columns: 64, share: 0.1, byNeurons: false, isForFew },
      6,
    );
    given.a[3] = Number.NaN;
    given.a[390 + 389] = Number.POSITIVE_INFINITY;
    const { dense, skipping } = multiplyBoth(engine, given);
    expect(skipping).toEqual(dense);
    expect(skipping.slice(0, 64).every(Number.isNaN)).toBe(true);
    expect(skipping.slice(64, 128).some(Number.isFinite)).toBe(false);
    expect(skipping.slice(128).every(Number.isFinite)).toBe(true);
  });

  test.skipIf(!isHere)("gives zeros for rows without an active entry, among others", () => {
    const given = randomCase(
      { rows: 3, neurons: 400, columns: 49, share: 0.5, byNeurons: true, isForFew },
      7,
    );
    given.a.fill(0, 400, 800);
    const { dense, skipping } = multiplyBoth(engine, given);
    expect(skipping).toEqual(dense);
    expect(skipping.slice(49, 98)).toEqual(new Float32Array(49));
  });
});
