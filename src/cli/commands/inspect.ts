import { createHash } from "node:crypto";
import { extname } from "node:path";
import { Command, Option } from "commander";
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import { shownPath } from "../../checkpoint/remote/address.ts";
import { openCheckpoints } from "../../checkpoint/series.ts";
import { entryCount, type Tensor } from "../../checkpoint/tensor.ts";
import { UsageError } from "../../errors.ts";
import { renderJson } from "../../report/json.ts";
import { collect } from "../options.ts";
import { checkPlace, writeOutput } from "../outputs.ts";
import { remoteAccess, remoteHelp } from "../remote-access.ts";
import { plain, printData, talk, talkOfLeftOut } from "../terminal.ts";
import { writeTable } from "../write-table.ts";

interface Flags {
  readonly hash?: boolean;
  readonly format: "table" | "json";
  readonly output?: string[];
}

/** Entries hashed at once: 16 MB of float32. */
const hashedAtOnce = 4_194_304;

export function inspectCommand(): Command {
  return new Command("inspect")
    .description("Every tensor of a checkpoint with its dtype and shape, from the headers alone.")
    .argument(
      "<path>",
      "a file, a model folder, or a folder of checkpoints; https:// or hf:// for one elsewhere",
    )
    .option("--hash", "add the sha256 of each tensor's contents (float32, little-endian, row-major)")
    .addOption(new Option("--format <format>", "what to print").choices(["table", "json"]).default("table"))
    .option("-o, --output <file>", "write the result to a .json file; may be given several times", collect)
    .addHelpText(
      "after",
      `
Examples:
  marchenko inspect model/ --hash --format json
  marchenko inspect hf://openai-community/gpt2
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
  const { checkpoints, leftOut } = await openCheckpoints(path, { remote: remoteAccess() });
  const shown = shownPath(path);
  try {
    const described = [];
    for (const checkpoint of checkpoints) described.push(await describe(checkpoint, flags.hash === true));
    const single = described.length === 1 ? described[0]! : null;
    const value = single
      ? { ...single, path: shown }
      : { path: shown, format: "series", checkpoints: described };
    for (const file of flags.output ?? []) await writeOutput(file, renderJson(value));
    if (flags.format === "json") await printData(renderJson(value));
    else {
      for (const [index, each] of described.entries()) {
        if (!single) await printData(`${index > 0 ? "\n" : ""}${plain(each.path)} (${each.format})`);
        await printData(
          await writeTable(
            ["tensor", "dtype", "shape", "bytes", ...(flags.hash ? ["sha256"] : [])],
            each.tensors.map((tensor) => [
              tensor.name,
              tensor.dtype,
              `[${tensor.shape.join(", ")}]`,
              String(tensor.bytes),
              ...(flags.hash ? [tensor.sha256 ?? ""] : []),
            ]),
          ),
        );
      }
    }
    for (const file of flags.output ?? []) talk(`wrote ${file}`);
    talkOfLeftOut([...leftOut, ...checkpoints.flatMap((checkpoint) => checkpoint.leftOut)]);
  } finally {
    for (const checkpoint of checkpoints) await checkpoint.close();
  }
}

async function describe(checkpoint: Checkpoint, withHash: boolean) {
  const tensors = [];
  for (const tensor of checkpoint.tensors()) {
    const { name, dtype, shape, sizeBytes } = tensor;
    tensors.push({ name, dtype, shape, bytes: sizeBytes, ...(withHash && { sha256: await sha256(tensor) }) });
  }
  return { path: checkpoint.path, format: checkpoint.format, tensors };
}

/** Hash of the entries as little-endian float32, a block at a time; null where there are none to be had. */
async function sha256(tensor: Tensor): Promise<string | null> {
  if (tensor.undecodable !== undefined) return null;
  const hash = createHash("sha256");
  const count = entryCount(tensor.shape);
  for (let start = 0; start < count; start += hashedAtOnce) {
    const entries = await tensor.read(start, Math.min(count, start + hashedAtOnce));
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
