import type { Matrix } from "../linalg/matrix.ts";
import {
  block,
  blockAt,
  carryBytes,
  type Plan,
  panel,
  restBytes,
  type ShortPlan,
  scratchBytes,
  stripColumns,
} from "./gram-plan.ts";
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
  const { places, packs, staging, factors, counts, rests, squares, factorStride } = short;
  const carries = short.scratch + team.rank * scratchBytes;
  const scratch = carries + carryBytes;
  const stride = places * panel * integerBytes;
  const blockStride = (block / panel) * stride;
  const length = isTall ? rows : columns;
  const order = isTall ? columns : rows;
  const entries = new Float32Array(kernels.memory.buffer, staging, padded * places);
  const panels = shareOf(team, padded / panel, 1);
  /** Of a block's rows or columns: how many rests each has, they, and v. */
  const restsOf = (i: number): [counts: number, rests: number, factors: number] => [
    counts + i * block * 4,
    rests + i * block * places * restBytes,
    factors + i * (block / stripColumns) * factorStride,
  ];
  kernels.packShortTo(packs, factors, factorStride, counts, rests, places, squares);
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
    pack(staging, count, whole, order, ...panels, stride, scale / unit);
    team.barrier();
    let turn = 0;
    for (let i = 0; i < blocks; i++) {
      for (let j = 0; j <= i; j++) {
        if (turn++ % team.size !== team.rank) continue;
        const at = blockAt(plan, i, j);
        const [left, right] = [packs + i * blockStride, packs + j * blockStride];
        kernels.multiplyShortBlock(at, left, right, stride, whole, i === j ? 1 : 0, pairBytes, carries);
        kernels.addRests(at, ...restsOf(i), ...restsOf(j), factorStride, places, i === j ? 1 : 0, scratch);
      }
    }
    team.barrier();
  }
}
