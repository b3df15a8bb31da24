import type { InspectedTensor, Inspection } from "../analysis/inspection-schema.ts";
import { formatCount } from "../report/format-number.ts";
import { writeTable } from "./write-table.ts";

/** Files that are named one by one. */
const namedFiles = 4;

/** The tensors of one checkpoint, and under them what they are in all. */
export async function checkpointTable(checkpoint: Inspection, withHash: boolean): Promise<string> {
  return `${await tensorTable(checkpoint, withHash)}\n${summaryOf(checkpoint)}${filesOf(checkpoint)}`;
}

/**
 * Several checkpoints: a line for each, then the tensors, once for all that have them alike.
 */
export async function checkpointsTable(
  checkpoints: readonly Inspection[],
  withHash: boolean,
): Promise<string> {
  const groups = new Map<string, Inspection[]>();
  for (const checkpoint of checkpoints) {
    const alike = JSON.stringify(checkpoint.tensors);
    const group = groups.get(alike);
    if (group) group.push(checkpoint);
    else groups.set(alike, [checkpoint]);
  }
  const parts = [await overviewOf(checkpoints)];
  for (const group of groups.values()) {
    const names = group.map(({ id }) => id);
    const of = groups.size === 1 ? "each of them" : names.join(", ");
    parts.push(`tensors of ${of}:\n\n${await tensorTable(group[0]!, withHash)}\n${summaryOf(group[0]!)}`);
  }
  return parts.join("\n");
}

function overviewOf(checkpoints: readonly Inspection[]): Promise<string> {
  const columns: readonly (readonly [string, (checkpoint: Inspection) => string | number | null])[] = [
    ["checkpoint", ({ id }) => id],
    ["series", ({ series }) => series ?? null],
    ["step", ({ step }) => step],
    ["epoch", ({ epoch }) => epoch],
    ["format", ({ format }) => format],
    ["tensors", ({ summary }) => formatCount(summary.tensors)],
    ["parameters", ({ summary }) => formatCount(summary.parameters)],
    ["bytes", ({ files }) => formatCount(sizeOf(files))],
  ];
  const shown = columns.filter(([, value]) => checkpoints.some((each) => value(each) !== null));
  return writeTable(
    shown.map(([heading]) => heading),
    checkpoints.map((each) => shown.map(([, value]) => String(value(each) ?? ""))),
  );
}

function tensorTable({ tensors }: Inspection, withHash: boolean): Promise<string> {
  return writeTable(
    ["tensor", "dtype", "shape", "bytes", withHash ? "sha256" : "analysed as"],
    tensors.map((tensor) => [
      tensor.name,
      tensor.dtype,
      `[${tensor.shape.join(", ")}]`,
      String(tensor.bytes),
      withHash ? (tensor.sha256 ?? "") : analysedAs(tensor),
    ]),
  );
}

function analysedAs({ kind, roles, matrices, reason }: InspectedTensor): string {
  if (reason !== null) return `no: ${reason}`;
  const what = roles.length > 0 ? roles.join(", ") : kind;
  return matrices > Math.max(1, roles.length) ? `${what} (${matrices} matrices)` : what;
}

function summaryOf({ summary }: Pick<Inspection, "summary">): string {
  const { tensors, parameters, parametersAnalysed, layersAnalysed, bytes, dtypes, skipped } = summary;
  const share = parameters === 0 ? 0 : (100 * parametersAnalysed) / parameters;
  const kinds = dtypes.map((each) => `${each.dtype} ${formatCount(each.tensors)}`).join(", ");
  const lines = [
    `${inAll(tensors, "tensor")} (${kinds || "none"}), ${inAll(parameters, "parameter")}, ${inAll(bytes, "byte")}`,
    `would be analysed: ${matricesOf(layersAnalysed)}, ${inAll(parametersAnalysed, "parameter")} (${share.toFixed(1)} %)`,
    ...skipped.map((each) => {
      const { reason, layers, parameters, example } = each;
      const such = layers > 1 ? `such as ${example}` : example;
      return `would be left out: ${formatCount(layers)} ${reason}, ${inAll(parameters, "parameter")}, ${such}`;
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function filesOf({ files }: Pick<Inspection, "files">): string {
  const shown = files.slice(0, namedFiles).map(({ path }) => path);
  const names = files.length > namedFiles ? `${shown.join(", ")}, ...` : shown.join(", ");
  return `${inAll(files.length, "file")}, ${inAll(sizeOf(files), "byte")}: ${names}\n`;
}

function sizeOf(files: Inspection["files"]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function matricesOf(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "matrix" : "matrices"}`;
}

function inAll(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
