import { type Plan, sweepBytes, sweepsAtOnce } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";
import type { Team } from "./team.ts";

/** Steps that a sweep takes in one go, two or more. */
const stride = 2;
/** What the count of a sweep that is done says. */
const done = 0x7fffffff;

/**
 * Band to tridiagonal, in place: each sweep chases the bulge of one column down the band.
 *
 * Threads take groups of sweeps in turn. A group goes through the band as a wave, each sweep a stride behind the one
 * before, so that what one has touched is near when the next comes; the first of a group follows the last of the group
 * before, which another thread has under way. The same bits for any number of threads: who meets what, in which order,
 * is the same.
 *
 * @source Lang 1993, SIAM J. Sci. Comput. 14:1320-1338 (sweeps that follow each other).
 */
export function chaseBulges(kernels: Kernels, plan: Plan, team: Team): void {
  const { order, width, band } = plan;
  const sweepCount = order - 2;
  const sweeps = plan.sweeps + team.rank * sweepsAtOnce * sweepBytes(width);
  if (team.size === 1) {
    for (let s = 0; s < sweepCount; s++) {
      kernels.beginSweep(band, width, s, sweeps);
      kernels.chase(band, order, width, order, sweeps);
    }
    return;
  }
  // Strides that the last sweep of each group has taken.
  const taken = new Int32Array(kernels.memory.buffer, plan.y, Math.ceil(order / sweepsAtOnce));
  if (team.rank === 0) taken.fill(0);
  team.barrier();
  for (let group = team.rank; group * sweepsAtOnce < sweepCount; group += team.size) {
    const first = group * sweepsAtOnce;
    const count = Math.min(sweepsAtOnce, sweepCount - first);
    let ended = 0; // sweeps that are at their end: always the first ones
    for (let front = 0; ended < count; front++) {
      for (let i = ended; i < count && i <= front; i++) {
        const sweep = sweeps + i * sweepBytes(width);
        const strides = front - i;
        if (i === 0 && group > 0) team.awaitCount(taken, group - 1, strides + 2);
        if (strides === 0) kernels.beginSweep(band, width, first + i, sweep);
        const isDone = kernels.chase(band, order, width, stride, sweep) !== 0;
        if (isDone) ended = i + 1;
        if (i === count - 1) team.raiseCount(taken, group, isDone ? done : strides + 1);
      }
    }
  }
  team.barrier();
}
