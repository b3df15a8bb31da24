import type { Matrix } from "../linalg/matrix.ts";
import { addBlockProduct, pairRight, readyFactors } from "./block-product.ts";
import { type Plan, pairedPlaces, panel } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";
import { shareOf, type Team } from "./team.ts";

/**
 * Adds to G of the smaller side what some of W's entries make, divided by `unit`, a stretch of the long side at a time.
 *
 * @param part - all of W, or some of its rows where it is tall, of its columns where it is wide.
 * @param isTall - whether G is of W's columns.
 */
export function accumulateGram(
  kernels: Kernels,
  plan: Plan,
  part: Matrix,
  isTall: boolean,
  unit: number,
  team: Team,
): void {
  const { rows, columns, data } = part;
  const isSingle = data instanceof Float32Array;
  const length = isTall ? rows : columns;
  const stride = plan.places * panel * 8;
  const inverse = 1 / unit;
  /** This thread's share of the area for entries as they are. */
  const stagingFrom = (entry: number): [number, Float32Array | Float64Array] => {
    const from = plan.staging + entry * data.BYTES_PER_ELEMENT;
    const { buffer } = kernels.memory;
    return [from, isSingle ? new Float32Array(buffer, from) : new Float64Array(buffer, from)];
  };
  for (let start = 0; start < length; start += plan.places) {
    const count = Math.min(plan.places, length - start);
    if (isTall) {
      const [first, end] = shareOf(team, count, 1);
      const [from, staging] = stagingFrom(first * columns);
      staging.set(data.subarray((start + first) * columns, (start + end) * columns));
      const pack = isSingle ? kernels.packRowsF32 : kernels.packRowsF64;
      pack(from, end - first, columns, plan.packs + first * panel * 8, stride, inverse);
    } else {
      const [first, end] = shareOf(team, rows, panel);
      const [from, staging] = stagingFrom(first * count);
      for (let i = first; i < end; i++) {
        staging.set(data.subarray(i * columns + start, i * columns + start + count), (i - first) * count);
      }
      const pack = isSingle ? kernels.packColumnsF32 : kernels.packColumnsF64;
      pack(from, count, count, end - first, plan.packs + (first / panel) * stride, stride, inverse);
    }
    team.barrier();
    addProducts(kernels, plan, team, stride, count);
    team.barrier();
  }
}

/** Rows larger than this against the mean keep products from being in pairs: with 16, bounds were broken by a fortieth. */
const mostTimesMean = 6;

/** G <- G + P P' of what is packed, `count` places of the long side; each block has one owner. */
function addProducts(kernels: Kernels, plan: Plan, team: Team, stride: number, count: number): void {
  const { blocks, packs, pairedPacks, pairs, padded } = plan;
  const whole = pairs ? Math.ceil(count / pairedPlaces) * pairedPlaces : count;
  const packed = { left: packs, right: packs, paired: pairedPacks, stride, count: whole };
  if (pairs) {
    const [first, end] = shareOf(team, padded / panel, 1);
    // Places that fill up the last step.
    for (let p = first; whole > count && p < end; p++) {
      new Float64Array(kernels.memory.buffer, packs + p * stride, whole * panel).fill(0, count * panel);
    }
    pairRight(kernels, plan, packed, first, end);
    team.barrier();
  }
  const factors = readyFactors(kernels, plan, packed, 0, mostTimesMean);
  let turn = 0;
  for (let i = 0; i < blocks; i++) {
    for (let j = 0; j <= i; j++) {
      if (turn++ % team.size === team.rank) addBlockProduct(kernels, plan, factors, i, j);
    }
  }
}
