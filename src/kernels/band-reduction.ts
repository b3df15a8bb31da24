import { addBlockProduct, type PackedFactors, pairRight, readyFactors } from "./block-product.ts";
import { block, type Plan, panel, tileBytes } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";
import { shareOf, type Team } from "./team.ts";

/**
 * Tiles of 4 rows that a thread takes at once: a block of them where there are many or it is alone, fewer where they
 * must be shared out; three are two tiles of 6 rows.
 */
const blockTiles = block / panel;
const manyBlocks = 12;
const fewTiles = 6;

/** As for the Gram matrix. */
const mostTimesMean = 6;

/**
 * Full to band, panel by panel: the band is left in `plan.band`.
 *
 * Thread 0 factors the next panel as soon as its columns are up to date, while others update the rest.
 *
 * @source Bischof, Lang & Sun 2000, ACM TOMS 26:581-601; formulas in `assembly/band.ts`.
 */
export function reduceToBand(kernels: Kernels, plan: Plan, team: Team): void {
  const { order, padded, blocks, width, matrix, v, y, left, right } = plan;
  const { s, t, m, tile } = smallPlaces(plan, team);
  if (team.rank === 0) {
    new Uint8Array(kernels.memory.buffer, v, plan.bytes - v).fill(0);
    factor(kernels, plan, team, 0);
  }
  for (let first = 0; first + width < order - 1; first += width) {
    const start = first + width;
    team.barrier();
    // W = A V, kept where X will be packed from; then Y = W T.
    const w = left;
    const hasMany = team.size === 1 || (padded - start) / block >= manyBlocks;
    const atOnce = hasMany ? blockTiles : fewTiles;
    const end = padded / panel;
    for (let from = start / panel, turn = 0; from < end; turn++) {
      const tiles = Math.min(atOnce, blockTiles - (from % blockTiles));
      if (turn % team.size === team.rank) {
        kernels.multiplySymmetric(matrix, from, tiles, start, v, w, padded, width, blocks);
      }
      from += tiles;
    }
    team.barrier();
    const [shareFirst, shareEnd] = shareOf(team, padded - start, panel);
    const firstRow = start + shareFirst;
    const endRow = start + shareEnd;
    kernels.multiplySmall(w, t, y, padded, width, firstRow, endRow, 1, 0);
    team.barrier();
    // M = -T' (V'Y) / 2, then X = Y + V M.
    kernels.multiplyTransposed(
      v,
      y,
      padded,
      width,
      start,
      padded,
      s,
      tile,
      ...shareOf(team, width, panel),
      0,
    );
    team.barrier();
    if (team.rank === 0) kernels.halfTriangleProduct(t, s, m, width);
    team.barrier();
    kernels.multiplySmall(v, m, y, padded, width, firstRow, endRow, 0, 1);
    for (let i = firstRow / panel; i < endRow / panel; i++) {
      kernels.packUpdate(y, v, padded, width, i, left, right);
    }
    pairRight(kernels, plan, updateFactors(plan), firstRow / panel, endRow / panel);
    team.barrier();
    updateAndFactor(kernels, plan, team, start);
  }
  team.barrier();
  // Of a last column that is left over there is the diagonal entry.
  const isOneLeft = order > width && order % width === 1;
  if (isOneLeft && team.rank === 0) {
    kernels.keepBand(matrix, order - 1, width, order, plan.panelColumns, padded * 8, plan.band);
  }
}

/** Addresses of S, T and M, one after the other, of the panel's taus, and of this thread's tile. */
function smallPlaces({ small, width }: Plan, { rank }: Team) {
  const size = width * width * 8;
  const taus = small + 3 * size;
  return { s: small, t: small + size, m: small + 2 * size, taus, tile: taus + width * 8 + rank * tileBytes };
}

/** QR of the panel at column `first`, what of it belongs to the band, V and T. */
function factor(kernels: Kernels, plan: Plan, team: Team, first: number): void {
  const { order, padded, width, matrix, v, panelColumns } = plan;
  const { s, t, taus, tile } = smallPlaces(plan, team);
  const pitch = padded * 8;
  const start = first + width;
  if (start < order) {
    kernels.takePanel(matrix, first, width, start, order, panelColumns, pitch);
    kernels.factorPanel(panelColumns, pitch, width, start, order, taus);
  }
  kernels.keepBand(matrix, first, width, order, panelColumns, pitch, plan.band);
  if (start >= order - 1) return;
  kernels.spreadReflectors(panelColumns, pitch, width, start, order, taus, v, padded);
  kernels.multiplyTransposed(v, v, padded, width, start, padded, s, tile, 0, width, 1);
  kernels.makeTriangle(taus, s, t, width);
}

/** L and R of the update. */
function updateFactors({ left, right, pairedRight, width }: Plan): PackedFactors {
  return { left, right, paired: pairedRight, stride: 2 * width * panel * 8, count: 2 * width };
}

/**
 * A <- A + L R' from row and column `start` on, the next panel's blocks first, and that panel's factors.
 *
 * Rows with the ones of the reflectors, the first `width`, are some 25 times as large as others: what they take part in is
 * never multiplied in pairs.
 */
function updateAndFactor(kernels: Kernels, plan: Plan, team: Team, start: number): void {
  const { blocks, width } = plan;
  const factors = readyFactors(kernels, plan, updateFactors(plan), start + width, mostTimesMean);
  const firstBlock = Math.floor(start / block);
  const skipped = (start % block) / panel;
  if (team.rank === 0) {
    const byOnes = { ...factors, inPairs: false };
    const ones = skipped + width / panel;
    for (let i = firstBlock; i < blocks; i++) {
      const isFirst = i === firstBlock;
      addBlockProduct(kernels, plan, byOnes, i, firstBlock, isFirst ? skipped : 0, skipped, ones);
      if (ones < blockTiles) {
        addBlockProduct(kernels, plan, factors, i, firstBlock, isFirst ? ones : 0, ones);
      }
    }
    factor(kernels, plan, team, start);
  }
  let next = team.takeNumber();
  let number = 0;
  for (let i = firstBlock + 1; i < blocks; i++) {
    for (let j = firstBlock + 1; j <= i; j++) {
      if (number++ !== next) continue;
      addBlockProduct(kernels, plan, factors, i, j);
      next = team.takeNumber();
    }
  }
}
