import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { AnalysisResult } from "../../dist/index.js";
import type { Measured, Medians } from "./packages.ts";

/** What the command said of one model. */
export interface ModelRow {
  readonly package: string;
  readonly model: string;
  readonly format: string;
  /** Tensors of each dtype, with the bits of an entry where it is stored in fewer. */
  readonly dtypes: Readonly<Record<string, number>>;
  readonly tensors: number;
  readonly parameters: number;
  readonly layers: number;
  readonly analysed: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly verdicts: Readonly<Record<string, number>>;
  /** Median of s_1 / s_r over the analysed layers; null for none. */
  readonly ratio: number | null;
  /** Median exponent of the layers whose fit is reliable; null for none. */
  readonly alpha: number | null;
  readonly reliable: number;
  readonly spikes: number;
  readonly spikesBelow: number;
  readonly findings: number;
  readonly warnings: number;
  /** Tensors of `inspect` without a row in `analyze`: none, or something is wrong. */
  readonly withoutRow: readonly string[];
  /** Matrices with both sides of at least 64, and their medians in the way of {@link Medians}. */
  readonly large: number;
  readonly medians: Medians | null;
  /** What another program measured; null where none did. */
  readonly measured: Measured | null;
}

interface Inspected {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly sha256?: string;
}

interface Inspection {
  readonly format: string;
  readonly tensors: readonly Inspected[];
}

const command = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));
const mostOutput = 2 ** 29;
const largeSide = 64;

/** Runs the built command; its exit code has to be 0. */
function marchenko<Result>(...options: string[]): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...options, "--format", "json"], {
    encoding: "utf8",
    maxBuffer: mostOutput,
  });
  if (status !== 0) throw new Error(`marchenko ${options.join(" ")}: exit ${status}\n${stderr}`);
  return JSON.parse(stdout) as Result;
}

/** SHA-256 of each tensor's contents, as `inspect --hash` gives them, with its dtype. */
export function tensorHashes(path: string): { readonly dtype: string; readonly sha256: string }[] {
  const { tensors } = marchenko<Inspection>("inspect", path, "--hash");
  return tensors.map(({ dtype, sha256 }) => ({ dtype, sha256: sha256! }));
}

/**
 * Inspects and analyses a model.
 *
 * @throws {Error} If either fails.
 */
export function modelRow(
  from: string,
  model: string,
  path: string,
  measured: Measured | null,
): { row: ModelRow; inspectSeconds: number; analyzeSeconds: number } {
  const start = performance.now();
  const inspection = marchenko<Inspection>("inspect", path);
  const inspected = performance.now();
  const { checkpoints, warnings } = marchenko<AnalysisResult>(
    "analyze",
    path,
    "--no-cache",
    "--seed",
    "0",
    "--spectra",
    "--quiet",
  );
  const analysed = performance.now();
  const { layers, totals, findings } = checkpoints[0]!;
  const withRow = new Set(layers.flatMap(({ tensor, tensors }) => tensors ?? [tensor]));
  const done = layers.filter(({ status }) => status === "analysed");
  const alphas = done.flatMap(({ powerLaw }) =>
    powerLaw?.reliable && powerLaw.alpha !== null ? [powerLaw.alpha] : [],
  );
  const spectra = done.flatMap(({ spectrum }) =>
    spectrum && isLarge(spectrum) ? [mediansOf(spectrum)] : [],
  );
  const row: ModelRow = {
    package: from,
    model,
    format: inspection.format,
    dtypes: counts(inspection.tensors.map(storedDtype)),
    tensors: totals.tensors,
    parameters: totals.parameters,
    layers: layers.length,
    analysed: done.length,
    skipped: counts(layers.flatMap(({ reason }) => (reason === null ? [] : [reason]))),
    verdicts: counts(done.map(({ verdict }) => verdict ?? "none")),
    ratio: median(done.flatMap(({ concentration }) => concentration?.ratio ?? [])),
    alpha: median(alphas),
    reliable: alphas.length,
    spikes: sum(done.map(({ marchenkoPastur }) => marchenkoPastur?.spikes?.length ?? 0)),
    spikesBelow: sum(done.map(({ marchenkoPastur }) => marchenkoPastur?.spikesBelow?.length ?? 0)),
    findings: findings.length,
    warnings: warnings.length,
    withoutRow: inspection.tensors.map(({ name }) => name).filter((name) => !withRow.has(name)),
    large: spectra.length,
    medians:
      spectra.length === 0
        ? null
        : {
            outside: median(spectra.map(({ outside }) => outside))!,
            rankShare: median(spectra.map(({ rankShare }) => rankShare))!,
            hill: median(spectra.map(({ hill }) => hill))!,
          },
    measured,
  };
  return { row, inspectSeconds: (inspected - start) / 1000, analyzeSeconds: (analysed - inspected) / 1000 };
}

/** `F32 in 8 bits` of a quantised tensor. */
function storedDtype({ dtype, shape, bytes }: Inspected): string {
  const bits = (8 * bytes) / shape.reduce((entries, extent) => entries * extent, 1);
  const whole = dtype === "BOOL" ? 8 : Number(/\d+/.exec(dtype)?.[0]);
  return bits < whole ? `${dtype} in ${bits} bits` : dtype;
}

interface Spectrum {
  readonly rows: number;
  readonly columns: number;
  readonly singularValues?: readonly number[] | undefined;
}

function isLarge({ rows, columns }: Spectrum): boolean {
  return Math.min(rows, columns) >= largeSide;
}

/** The three numbers of one matrix, from its singular values alone. */
function mediansOf({ rows, columns, singularValues }: Spectrum): Medians {
  const eigenvalues = singularValues!.map((value) => value ** 2);
  const total = sum(eigenvalues);
  const edge = (total / (rows * columns)) * (Math.sqrt(rows) + Math.sqrt(columns)) ** 2;
  const shares = eigenvalues.map((value) => value / total).filter((share) => share > 0);
  const tail = eigenvalues.length >> 2;
  const logs = eigenvalues.slice(0, tail).map((value) => Math.log(value / eigenvalues[tail]!));
  return {
    outside: eigenvalues.filter((value) => value > edge).length,
    rankShare: Math.exp(-sum(shares.map((share) => share * Math.log(share)))) / Math.min(rows, columns),
    hill: 1 + tail / sum(logs),
  };
}

function counts(names: readonly string[]): Record<string, number> {
  const found = new Map<string, number>();
  for (const name of names.toSorted()) found.set(name, (found.get(name) ?? 0) + 1);
  return Object.fromEntries(found);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
