import { block, blockAt, type Plan, panel } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";
import type { Team } from "./team.ts";

/** A <- A + L R' on the triangle from row and column `start`, for packed L and R; each block has one owner. */
export function multiplyTriangle(
  kernels: Kernels,
  plan: Plan,
  team: Team,
  start: number,
  left: number,
  right: number,
  blockPack: number,
  stride: number,
  count: number,
): void {
  const firstBlock = Math.floor(start / block);
  const skipped = (start % block) / panel;
  let turn = 0;
  for (let i = firstBlock; i < plan.blocks; i++) {
    for (let j = firstBlock; j <= i; j++) {
      if (turn++ % team.size !== team.rank) continue;
      kernels.multiplyBlock(
        blockAt(plan, i, j),
        left + i * blockPack,
        right + j * blockPack,
        stride,
        count,
        i === firstBlock ? skipped : 0,
        j === firstBlock ? skipped : 0,
        i === j ? 1 : 0,
      );
    }
  }
}
