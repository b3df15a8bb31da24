import type { Matrix } from "../linalg/matrix.ts";
import { block, blockAt, type Plan, pairedPlaces, panel } from "./gram-plan.ts";
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
  const from = plan.staging + team.rank * plan.padded * plan.places * data.BYTES_PER_ELEMENT;
  const staging = isSingle
    ? new Float32Array(kernels.memory.buffer, from)
    : new Float64Array(kernels.memory.buffer, from);
  for (let start = 0; start < length; start += plan.places) {
    const count = Math.min(plan.places, length - start);
    if (isTall) {
      const [first, end] = shareOf(team, count, 1);
      staging.set(data.subarray((start + first) * columns, (start + end) * columns));
      const pack = isSingle ? kernels.packRowsF32 : kernels.packRowsF64;
      pack(from, end - first, columns, plan.packs + first * panel * 8, stride, inverse);
    } else {
      const [first, end] = shareOf(team, rows, panel);
      for (let i = first; i < end; i++) {
        staging.set(data.subarray(i * columns + start, i * columns + start + count), (i - first) * count);
      }
      const pack = isSingle ? kernels.packColumnsF32 : kernels.packColumnsF64;
      pack(from, count, count, end - first, plan.packs + (first / panel) * stride, stride, inverse);
    }
    team.barrier();
    if (plan.pairs) addPairedProducts(kernels, plan, team, stride, count);
    else addProducts(kernels, plan, team, stride, count);
    team.barrier();
  }
}

/** {@link addProducts} in pairs of places: what they need beside the panels is made by a thread for each of its own. */
function addPairedProducts(kernels: Kernels, plan: Plan, team: Team, stride: number, count: number): void {
  const { blocks, packs, pairedPacks, starts } = plan;
  const blockPack = stride * (block / panel);
  const whole = Math.ceil(count / pairedPlaces) * pairedPlaces;
  const [first, end] = shareOf(team, plan.padded / panel, 1);
  if (whole > count) {
    const entries = new Float64Array(kernels.memory.buffer);
    for (let p = first; p < end; p++) {
      const at = (packs + p * stride) / 8;
      entries.fill(0, at + count * panel, at + whole * panel);
    }
  }
  const startBytes = panel * 8;
  kernels.pairPanels(
    packs + first * stride,
    pairedPacks + first * stride,
    stride,
    end - first,
    whole,
    starts + first * startBytes,
  );
  team.barrier();
  const blockStarts = startBytes * (block / panel);
  let turn = 0;
  for (let i = 0; i < blocks; i++) {
    for (let j = 0; j <= i; j++) {
      if (turn++ % team.size !== team.rank) continue;
      kernels.multiplyPairedBlock(
        blockAt(plan, i, j),
        packs + i * blockPack,
        pairedPacks + j * blockPack,
        stride,
        whole,
        0,
        0,
        i === j ? 1 : 0,
        starts + i * blockStarts,
        starts + j * blockStarts,
        panel * 8,
      );
    }
  }
}

/** G <- G + P P' of what is packed, `count` places of the long side; each block has one owner. */
function addProducts(kernels: Kernels, plan: Plan, team: Team, stride: number, count: number): void {
  const { blocks, packs } = plan;
  const blockPack = stride * (block / panel);
  let turn = 0;
  for (let i = 0; i < blocks; i++) {
    for (let j = 0; j <= i; j++) {
      if (turn++ % team.size !== team.rank) continue;
      const [rows, columns] = [packs + i * blockPack, packs + j * blockPack];
      kernels.multiplyBlock(blockAt(plan, i, j), rows, columns, stride, count, 0, 0, i === j ? 1 : 0);
    }
  }
}
