import type { LayerResult } from "../analysis/result.ts";
import type { MeasuredTrajectory } from "../analysis/trajectory-schemas.ts";
import { isAbsent } from "../checkpoint/system-errors.ts";
import { UnreadableInputError } from "../errors.ts";

/** A run that logs more than this is not read whole. */
const mostBytes = 256 * 1024 * 1024;
/** Numbers of a line for each MLP block, and for the whole model, by their names in a trajectory. */
const ofBlocks = {
  activatedRatio: "activatedRatioPerLayer",
  derivativeSparsity: "derivativeSparsityPerLayer",
};
const ofModel = ["loss", "accuracy", "activatedRatio", "derivativeSparsity"];
/** Stands for the layer where a number is of the whole model. */
export const wholeModel = "model";

/** What a run has logged, and what is wrong with it. */
export interface RunMetrics {
  readonly measured: readonly MeasuredTrajectory[];
  readonly warnings: readonly string[];
}

/**
 * What training has measured, where a series lies in the folder of a run: `metrics.ndjson` in it, or above its
 * `checkpoints/`.
 *
 * @param path - of the series. @param layers - of one of its checkpoints: the blocks of the log, in order, are taken for
 *   the layers of role mlp-in by depth, where they are as many; else they keep their names.
 * @returns trajectories for each part of the data: of each block, and of the whole model under the name "model".
 * @throws {UnreadableInputError} If the file is there and can't be read.
 */
export async function runMetrics(path: string, layers: readonly LayerResult[]): Promise<RunMetrics> {
  const { readFile, stat } = await import("node:fs/promises");
  const { basename, dirname, join, resolve } = await import("node:path");
  const folder = basename(resolve(path)) === "checkpoints" ? dirname(resolve(path)) : path;
  const file = join(folder, "metrics.ndjson");
  try {
    const { size } = await stat(file);
    if (size > mostBytes) {
      return {
        measured: [],
        warnings: [`${file} has ${size} bytes and is left out: at most ${mostBytes} are read`],
      };
    }
    return measuredIn(await readFile(file, "utf8"), file, layers);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (isAbsent(error) || code === "ENOTDIR") return { measured: [], warnings: [] };
    throw new UnreadableInputError(`can't read ${file}: ${message}`, { cause: error });
  }
}

/** Lines are another program's perhaps: numbers are taken where they are numbers. */
function measuredIn(text: string, file: string, layers: readonly LayerResult[]): RunMetrics {
  const lines = text.split("\n").filter((line) => line !== "");
  const rows = lines.flatMap(rowOf).sort((a, b) => a.step - b.step);
  const parts = new Set(rows.map(({ part }) => part));
  const blocks = new Set(
    rows.flatMap(({ line }) => Object.values(ofBlocks).flatMap((key) => Object.keys(objectOf(line[key])))),
  );
  const keys = layers
    .filter(({ role, status }) => role === "mlp-in" && status === "analysed")
    .sort((a, b) => (a.depth ?? 0) - (b.depth ?? 0));
  const measured: MeasuredTrajectory[] = [];
  for (const part of parts) {
    const own = rows.filter((row) => row.part === part);
    const steps = own.map(({ step }) => step);
    const add = (layer: string, entries: [string, (number | null)[]][]) => {
      const known = entries.filter(([, values]) => values.some((value) => value !== null));
      if (known.length > 0) measured.push({ layer, part, steps, values: Object.fromEntries(known) });
    };
    add(
      wholeModel,
      ofModel.map((id) => [id, own.map(({ line }) => numberOf(line[id]))]),
    );
    for (const [nth, block] of [...blocks].entries()) {
      add(
        keys.length === blocks.size ? keys[nth]!.layer : block,
        Object.entries(ofBlocks).map(([id, key]) => [
          id,
          own.map(({ line }) => numberOf(objectOf(line[key])[block])),
        ]),
      );
    }
  }
  const bad = lines.length - rows.length;
  const warnings =
    bad > 0 ? [`${bad} of ${lines.length} lines of ${file} are no metrics and are left out`] : [];
  return { measured, warnings };
}

function rowOf(text: string): { step: number; part: string; line: Record<string, unknown> }[] {
  try {
    const line = objectOf(JSON.parse(text));
    const step = numberOf(line.step);
    return step === null || typeof line.split !== "string" ? [] : [{ step, part: line.split, line }];
  } catch {
    return [];
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
