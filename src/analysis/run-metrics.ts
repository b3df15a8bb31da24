import { isRemote } from "../checkpoint/remote/address.ts";
import { isAbsent } from "../checkpoint/system-errors.ts";
import type { CheckpointResult } from "./result.ts";
import type { MeasuredTrajectory } from "./trajectory-schemas.ts";

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

/** A part of the data has no more lines in a result than about these: what a page can draw. */
const mostLines = 1000;
/** No model has more; a log whose every line names others would take minutes. */
const mostBlocks = 4096;

/** What runs have logged, and what is wrong with it. */
export interface RunMetrics {
  /** Blocks by the names that they have in the log, those without a number too: see {@link onLayers}. */
  readonly measured: readonly MeasuredTrajectory[];
  readonly warnings: readonly string[];
}

/** Of what is no series. */
export const nothingLogged: RunMetrics = { measured: [], warnings: [] };

/**
 * What training has measured, where a series lies in the folder of a run: `metrics.ndjson` in it, or above its
 * `checkpoints/`. Of several series in one folder nothing tells which it is of.
 *
 * @param checkpoints - of a result that is a series, or holds some; those at addresses have no folder.
 * @returns trajectories for each part of the data: of each block, and of the whole model under the name "model".
 */
export async function runMetrics(checkpoints: readonly CheckpointResult[]): Promise<RunMetrics> {
  const named = checkpoints.filter(({ series }) => series !== undefined);
  const members = named.length > 0 ? named : checkpoints;
  const folders = new Map<string | undefined, string>();
  for (const series of new Set(members.map((each) => each.series))) {
    const paths = members.filter((each) => each.series === series).map(({ path }) => path);
    if (!paths.some(isRemote)) folders.set(series, await folderOfRun(paths));
  }
  const taken = [...folders.values()];
  const found: RunMetrics[] = [];
  for (const [series, folder] of folders) {
    if (taken.filter((each) => each === folder).length > 1) continue;
    const steps = new Set(members.filter((each) => each.series === series).map(({ step }) => step));
    const { measured, warnings } = await metricsIn(folder, steps);
    const own = series !== undefined && { series };
    found.push({ measured: measured.map((each) => ({ ...own, ...each })), warnings });
  }
  return {
    measured: found.flatMap(({ measured }) => measured),
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}

/** The folder that holds all of a series, or the one above where that is its `checkpoints/`. */
async function folderOfRun(paths: readonly string[]): Promise<string> {
  const { basename, dirname, resolve, sep } = await import("node:path");
  const [first = [], ...others] = paths.map((path) => dirname(resolve(path)).split(sep));
  const apart = first.findIndex((part, i) => others.some((other) => other[i] !== part));
  const folder = first.slice(0, apart === -1 ? undefined : apart).join(sep) || sep;
  return basename(folder) === "checkpoints" ? dirname(folder) : folder;
}

async function metricsIn(folder: string, steps: ReadonlySet<number | null>): Promise<RunMetrics> {
  const { readFile, stat } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const file = join(folder, "metrics.ndjson");
  try {
    const { size } = await stat(file);
    if (size > mostBytes) {
      return {
        measured: [],
        warnings: [`${file} has ${size} bytes and is left out: at most ${mostBytes} are read`],
      };
    }
    return measuredIn(await readFile(file, "utf8"), file, steps);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (isAbsent(error) || code === "ENOTDIR") return nothingLogged;
    return { measured: [], warnings: [`can't read ${file}: ${message}`] };
  }
}

/**
 * Puts what was logged of blocks on their layers: in order those of role mlp-in by depth, where they are as many; else the
 * blocks keep their names. What has no number is left out.
 *
 * @param measured - from {@link runMetrics}. @param checkpoints - of the same result.
 */
export function onLayers(
  measured: readonly MeasuredTrajectory[],
  checkpoints: readonly CheckpointResult[],
): MeasuredTrajectory[] {
  const names = new Map<string | undefined, Map<string, string>>();
  for (const series of new Set(measured.map((each) => each.series))) {
    const own = measured.filter((each) => each.series === series && each.layer !== wholeModel);
    const blocks = [...new Set(own.map(({ layer }) => layer))];
    const last = checkpoints.findLast((each) => series === undefined || each.series === series);
    // A saved result may tell of a series that it has no checkpoint of.
    const keys = (last?.layers ?? [])
      .filter(({ role, status }) => role === "mlp-in" && status === "analysed")
      .sort((a, b) => (a.depth ?? 0) - (b.depth ?? 0));
    const isSame = keys.length === blocks.length;
    names.set(series, new Map(blocks.map((block, i) => [block, isSame ? keys[i]!.layer : block])));
  }
  return measured
    .filter(({ values }) => Object.keys(values).length > 0)
    .map((each) => ({ ...each, layer: names.get(each.series)?.get(each.layer) ?? each.layer }));
}

/** Lines are another program's perhaps: numbers are taken where they are numbers. */
function measuredIn(text: string, file: string, saved: ReadonlySet<number | null>): RunMetrics {
  const lines = text.split("\n").filter((line) => line !== "");
  const rows = lines.flatMap(rowOf).sort((a, b) => a.step - b.step);
  const parts = new Set(rows.map(({ part }) => part));
  const named = new Set<string>();
  for (const { line } of rows) {
    for (const key of Object.values(ofBlocks))
      for (const name of Object.keys(objectOf(line[key]))) named.add(name);
  }
  const blocks = named.size > mostBlocks ? [] : named;
  const bad = lines.length - rows.length;
  const warnings =
    bad > 0 ? [`${bad} of ${lines.length} lines of ${file} are no metrics and are left out`] : [];
  if (named.size > mostBlocks) {
    warnings.push(`${file} names ${named.size} blocks, which are left out: at most ${mostBlocks} are read`);
  }
  const measured: MeasuredTrajectory[] = [];
  for (const part of parts) {
    const all = rows.filter((row) => row.part === part);
    const stride = Math.ceil(all.length / mostLines);
    const own = all.filter(({ step }, i) => i % stride === 0 || i === all.length - 1 || saved.has(step));
    if (stride > 1)
      warnings.push(`of ${all.length} lines of ${part} data in ${file}, ${own.length} are kept`);
    const steps = own.map(({ step }) => step);
    const add = (layer: string, entries: [string, (number | null)[]][]) => {
      const known = entries.filter(([, values]) => values.some((value) => value !== null));
      measured.push({ layer, part, steps, values: Object.fromEntries(known) });
    };
    add(
      wholeModel,
      ofModel.map((id) => [id, own.map(({ line }) => numberOf(line[id]))]),
    );
    for (const block of blocks) {
      add(
        block,
        Object.entries(ofBlocks).map(([id, key]) => [
          id,
          own.map(({ line }) => numberOf(objectOf(line[key])[block])),
        ]),
      );
    }
  }
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
