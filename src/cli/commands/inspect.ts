import { createHash } from "node:crypto";
import { extname } from "node:path";
import { Command, Option } from "commander";
import { inspectionOf } from "../../analysis/inspection.ts";
import type { InspectedTensor, Inspection } from "../../analysis/inspection-schema.ts";
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import { shownPath } from "../../checkpoint/remote/address.ts";
import { openCheckpoints } from "../../checkpoint/series.ts";
import { entryCount, type Tensor } from "../../checkpoint/tensor.ts";
import { UsageError } from "../../errors.ts";
import { renderJson } from "../../report/json.ts";
import { collect } from "../options.ts";
import { checkPlace, writeOutput } from "../outputs.ts";
import { remoteAccess, remoteHelp } from "../remote-access.ts";
import { printData, talk, talkOfLeftOut } from "../terminal.ts";

interface Flags {
  readonly hash?: boolean;
  readonly format?: "table" | "json";
  readonly output?: string[];
  readonly quiet?: boolean;
}

/** Entries hashed at once: 16 MB of float32. */
const hashedAtOnce = 4_194_304;
/** The same where each part takes as long as the whole: 256 MB. */
const hashedOfWhole = 16 * hashedAtOnce;

export function inspectCommand(): Command {
  return new Command("inspect")
    .description(
      "Every tensor of a checkpoint with its dtype and shape, what would be analysed and why the rest would not, from the headers alone.",
    )
    .argument(
      "<path>",
      "a file, a model folder, or a folder of checkpoints; https:// or hf:// for one elsewhere",
    )
    .option("--hash", "add the sha256 of each tensor's contents (float32, little-endian, row-major)")
    .addOption(new Option("--format <format>", "what to print on stdout").choices(["table", "json"]))
    .option("-o, --output <file>", "write the result to a .json file; may be given several times", collect)
    .option("-q, --quiet", "print nothing but errors")
    .addHelpText(
      "after",
      `
Examples:
  marchenko inspect model/
  marchenko inspect model/ --hash --format json
  marchenko inspect runs/a/checkpoints
  marchenko inspect hf://openai-community/gpt2

Only entries tell that a matrix is zero, or has numbers that are not finite: an analysis skips those too.
A folder of checkpoints has a line for each, then the tensors, once for all that have them alike.
${remoteHelp}`,
    )
    .action(run);
}

async function run(path: string, flags: Flags): Promise<void> {
  for (const file of flags.output ?? []) {
    if (extname(file).toLowerCase() !== ".json") {
      throw new UsageError(`can't write ${file}: inspect writes JSON, name a .json file`);
    }
    await checkPlace(file);
  }
  const { checkpoints, series, allSeries, leftOut } = await openCheckpoints(path, { remote: remoteAccess() });
  const shown = shownPath(path);
  try {
    const described = [];
    for (const checkpoint of checkpoints) {
      const own = series ? undefined : allSeries.find((each) => each.checkpoints.includes(checkpoint));
      const { id, ...rest } = await describe(checkpoint, flags.hash === true);
      described.push({ id, ...(own && { series: own.name }), ...rest });
    }
    const single = described.length === 1 ? described[0]! : null;
    const value = single
      ? { ...single, path: shown, leftOut: [...leftOut, ...single.leftOut] }
      : { path: shown, format: series ? "series" : "folder", checkpoints: described, leftOut };
    for (const file of flags.output ?? []) await writeOutput(file, renderJson(value));
    const printed = flags.format ?? (flags.quiet ? null : "table");
    if (printed === "json") await printData(renderJson(value));
    else if (printed !== null) {
      const { checkpointTable, checkpointsTable } = await import("../inspection-table.ts");
      const withHash = flags.hash === true;
      await printData(
        single ? await checkpointTable(single, withHash) : await checkpointsTable(described, withHash),
      );
    }
    if (flags.quiet) return;
    for (const file of flags.output ?? []) talk(`wrote ${file}`);
    talkOfLeftOut([...leftOut, ...checkpoints.flatMap((checkpoint) => checkpoint.leftOut)]);
  } finally {
    for (const checkpoint of checkpoints) await checkpoint.close();
  }
}

async function describe(checkpoint: Checkpoint, withHash: boolean): Promise<Inspection> {
  const { path, format, ...rest } = await inspectionOf(checkpoint);
  if (!withHash) return { path, format, ...rest };
  const tensors: InspectedTensor[] = [];
  for (const [i, tensor] of checkpoint.tensors().entries()) {
    tensors.push({ ...rest.tensors[i]!, sha256: await sha256(tensor) });
  }
  return { path, format, ...rest, tensors };
}

/** Hash of the entries as little-endian float32, a block at a time; null where there are none to be had. */
async function sha256(tensor: Tensor): Promise<string | null> {
  if (tensor.undecodable !== undefined) return null;
  const hash = createHash("sha256");
  const count = entryCount(tensor.shape);
  const step = tensor.readWhole ? hashedOfWhole : hashedAtOnce;
  for (let start = 0; start < count; start += step) {
    const entries = await tensor.read(start, Math.min(count, start + step));
    hash.update(littleEndian(entries));
  }
  return hash.digest("hex");
}

/** As float32; those that are already are moved as bits, since a number is not sure to keep what is in a NaN. */
function littleEndian(entries: Float32Array | Float64Array): Uint8Array {
  const bytes = new Uint8Array(entries.length * 4);
  const view = new DataView(bytes.buffer);
  if (entries instanceof Float64Array) {
    for (let i = 0; i < entries.length; i++) view.setFloat32(4 * i, entries[i]!, true);
  } else {
    const words = new Uint32Array(entries.buffer, entries.byteOffset, entries.length);
    for (let i = 0; i < words.length; i++) view.setUint32(4 * i, words[i]!, true);
  }
  return bytes;
}
