import type { Matrix } from "../linalg/matrix.ts";
import { blockAt, type Plan, panel, type ShortPlan, scratchBytes } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";
import { shareOf, type Team } from "./team.ts";

/** What entries over their unit are multiplied by, as `assembly/short-pack.ts` has it. */
const scale = 2 ** 13;
/** Places that a step of the product takes: counts are multiples of it. */
const step = 8;
/** Bytes of a pair of places in a panel. */
const pairBytes = 16;
/** Bytes of an integer. */
const integerBytes = 2;

/**
 * Adds to G what some of W's entries make, where nearly all of them are whole multiples of 2^-13 units: by products of
 * integers, which are exact, and by what the others leave.
 *
 * @param part - all of W, or some of its rows where it is tall, of its columns where it is wide; float32.
 * @param isTall - whether G is of W's columns.
 */
export function accumulateShortGram(
  kernels: Kernels,
  plan: Plan,
  short: ShortPlan,
  { rows, columns, data }: Matrix,
  isTall: boolean,
  unit: number,
  team: Team,
): void {
  const { padded, blocks } = plan;
  const { places, packs, staging, factors, factorStride, counts, rests, squares } = short;
  const scratch = short.scratch + team.rank * scratchBytes;
  const length = isTall ? rows : columns;
  const order = isTall ? columns : rows;
  const entries = new Float32Array(kernels.memory.buffer, staging, padded * places);
  const panels = shareOf(team, padded / panel, 1);
  const stride = places * panel * integerBytes;
  kernels.packShortTo(packs, stride, factors, factorStride, counts, rests, places, squares);
  for (let start = 0; start < length; start += places) {
    const count = Math.min(places, length - start);
    const whole = Math.ceil(count / step) * step;
    const [first, end] = shareOf(team, isTall ? count : order, 1);
    if (isTall) {
      entries.set(data.subarray((start + first) * columns, (start + end) * columns), first * columns);
    } else {
      for (let i = first; i < end; i++) {
        entries.set(data.subarray(i * columns + start, i * columns + start + count), i * count);
      }
    }
    team.barrier();
    const pack = isTall ? kernels.packShortRows : kernels.packShortColumns;
    pack(staging, count, whole, order, ...panels, scale / unit);
    team.barrier();
    let turn = 0;
    for (let i = 0; i < blocks; i++) {
      for (let j = 0; j <= i; j++) {
        if (turn++ % team.size !== team.rank) continue;
        kernels.addShortProduct(blockAt(plan, i, j), i, j, whole, pairBytes, scratch);
      }
    }
    team.barrier();
  }
}
