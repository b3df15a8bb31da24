import { block, type Plan, panel, tileBytes } from "./gram-plan.ts";
import type { Kernels } from "./kernels.ts";
import { multiplyTriangle } from "./multiply-triangle.ts";
import { shareOf, type Team } from "./team.ts";

/**
 * Full to band, panel by panel: the band is left in `plan.band`.
 *
 * @source Bischof, Lang & Sun 2000, ACM TOMS 26:581-601; formulas in `assembly/band.ts`.
 */
export function reduceToBand(kernels: Kernels, plan: Plan, team: Team): void {
  const { order, padded, blocks, width, matrix, v, y, left, right, panelColumns, small } = plan;
  const pitch = padded * 8;
  const s = small;
  const t = s + width * width * 8;
  const m = t + width * width * 8;
  const taus = m + width * width * 8;
  const tile = taus + width * 8 + team.rank * tileBytes;
  const pairStride = 2 * width * panel * 8;
  const smalls = new Float64Array(kernels.memory.buffer, small, 3 * width * width);
  if (team.rank === 0) new Uint8Array(kernels.memory.buffer, v, plan.bytes - v).fill(0);

  for (let first = 0; first < order; first += width) {
    const start = first + width;
    const isLast = start >= order - 1;
    if (team.rank === 0) {
      if (start < order) {
        kernels.takePanel(matrix, first, width, start, order, panelColumns, pitch);
        kernels.factorPanel(panelColumns, pitch, width, start, order, taus);
      }
      kernels.keepBand(matrix, first, width, order, panelColumns, pitch, plan.band);
      if (!isLast) {
        kernels.spreadReflectors(panelColumns, pitch, width, start, order, taus, v, padded);
        kernels.multiplyTransposed(v, v, padded, width, start, padded, s, tile, 0, width);
        kernels.makeTriangle(taus, s, t, width);
      }
    }
    if (isLast) continue;
    team.barrier();
    // W = A V, kept where X will be packed from; then Y = W T.
    const w = left;
    for (let strip = start / 16 + team.rank; strip < padded / 16; strip += team.size) {
      kernels.multiplySymmetric(matrix, strip, start, v, w, padded, width, blocks);
    }
    team.barrier();
    const [shareFirst, shareEnd] = shareOf(team, padded - start, panel);
    const firstRow = start + shareFirst;
    const endRow = start + shareEnd;
    kernels.multiplySmall(w, t, y, padded, width, firstRow, endRow, 0);
    team.barrier();
    // M = -T' (V'Y) / 2, then X = Y + V M.
    kernels.multiplyTransposed(v, y, padded, width, start, padded, s, tile, ...shareOf(team, width, panel));
    team.barrier();
    if (team.rank === 0) halfTriangleProduct(smalls, width);
    team.barrier();
    kernels.multiplySmall(v, m, y, padded, width, firstRow, endRow, 1);
    for (let i = firstRow / panel; i < endRow / panel; i++) {
      kernels.packPair(y, v, padded, width, i, left, -1);
      kernels.packPair(v, y, padded, width, i, right, 1);
    }
    team.barrier();
    const blockPair = pairStride * (block / panel);
    multiplyTriangle(kernels, plan, team, start, left, right, blockPair, pairStride, 2 * width);
    team.barrier();
  }
}

/** M = -T' S / 2 of the three small matrices S, T, M that lie one after the other. */
function halfTriangleProduct(smalls: Float64Array, width: number): void {
  const size = width * width;
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let k = 0; k <= i; k++) sum += smalls[size + k * width + i]! * smalls[k * width + j]!;
      smalls[2 * size + i * width + j] = -0.5 * sum;
    }
  }
}
