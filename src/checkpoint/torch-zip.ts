import { CheckpointFormatError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { asciiHead, type CheckpointFormat, type OpenedFiles } from "./format.ts";
import { PickleDict } from "./pickle/pickle-values.ts";
import { readPickle } from "./pickle/read-pickle.ts";
import type { Tensor } from "./tensor.ts";
import { allowedGlobal } from "./torch/allowed-globals.ts";
import { storageReference } from "./torch/storage-reference.ts";
import { tensorsOf } from "./torch/tensors-of.ts";
import { gatherTorch, isTorchName } from "./torch/torch-files.ts";
import { type ZipMember, zipMembers } from "./zip-members.ts";

const endings = [".pt", ".pth", ".ckpt", ".bin"];

function isOfTorch(member: string): boolean {
  return /\/(data\.pkl|version|byteorder|\.format_version|\.storage_alignment)$/.test(member);
}

function isOfScript(member: string): boolean {
  return /^[^/]+\/(data\/\d+|constants(\.pkl|\/\d+)|code\/.*|extra\/.*|attributes.*)$/.test(member);
}

function isOfNumpy(member: string): boolean {
  return member.endsWith(".npy");
}

/**
 * PyTorch's archive of a pickle, `data.pkl`, and the storages that its tensors are views of, each a member
 * `data/KEY`. The pickle is read by a machine that runs nothing; storages are read by range.
 *
 * @source PyTorch source, torch/serialization.py, _save and _load; caffe2/serialize/inline_container.h.
 */
export const torchZip: CheckpointFormat = {
  id: "pytorch-zip",
  title: "PyTorch (zip)",
  extensions: endings,
  // An archive that somebody packed again starts with any member: there the name of the file tells.
  sniff(head, source) {
    const first = firstMember(head);
    if (first === "" || !isTorchName(source.name) || isOfScript(first)) return false;
    const name = source.name.toLowerCase();
    return isOfTorch(first) || (!isOfNumpy(first) && endings.some((ending) => name.endsWith(ending)));
  },
  gather: gatherTorch,
  open: openTorchZip,
};

/**
 * A TorchScript archive: the same with code beside it, which is not read. Tensors are the attributes of the
 * modules that the pickle describes.
 *
 * @source PyTorch source, torch/csrc/jit/serialization/docs, "TorchScript serialization".
 */
export const torchScript: CheckpointFormat = {
  id: "torchscript-zip",
  title: "TorchScript",
  extensions: [".jit", ".ptl"],
  // What jit.save writes first is a storage, a constant or the code; torch.save writes the pickle first.
  sniff: (head, source) => isTorchName(source.name) && isOfScript(firstMember(head)),
  gather: gatherTorch,
  open: openTorchZip,
};

/** Name of the first member of a zip archive, which follows 30 fixed bytes; "" of anything else. */
export function firstMember(head: Uint8Array): string {
  if (asciiHead(head, 4) !== "PK\x03\x04" || head.length < 30) return "";
  return asciiHead(head.subarray(30, 30 + head[26]! + 256 * head[27]!));
}

/** Opens an archive of torch's, whoever wrote it: headers and the pickle are read. */
export async function openTorchZip(entry: ByteSource): Promise<OpenedFiles> {
  const members = new Map((await zipMembers(entry)).map((member) => [member.name, member]));
  const root = rootOf(entry, members);
  const bigEndian = (await textOf(members.get(`${root}byteorder`))) === "big";
  const open = async (stem: string, named: (value: unknown) => unknown): Promise<Tensor[]> => {
    const { value } = await readPickle(byRange(members.get(`${root}${stem}.pkl`)!), 0, {
      label: entry.label,
      global: (module, name) => allowedGlobal(entry.label, module, name),
      persistent: storageReference,
    });
    const sources = new Map<string, ByteSource>();
    return tensorsOf(named(value), {
      label: entry.label,
      file: entry.name,
      bigEndian,
      locate({ key }) {
        const member = members.get(`${root}${stem}/${key}`);
        if (!member) return null;
        const source = sources.get(key) ?? byRange(member);
        sources.set(key, source);
        return { source, offset: 0, size: member.size };
      },
    });
  };
  const tensors = await open("data", (value) => value);
  // A frozen module has no attributes left: its weights are constants of its code.
  const isFrozen = tensors.length === 0 && members.has(`${root}constants.pkl`);
  const constants = isFrozen ? await open("constants", asConstants) : [];
  return { tensors: [...tensors, ...constants], metadata: {}, files: [entry.name] };
}

/** A list of constants by the names that the code of TorchScript has for them, `CONSTANTS.c0`. */
function asConstants(values: unknown): PickleDict {
  const constants = new PickleDict();
  if (Array.isArray(values))
    for (const [i, value] of values.entries()) constants.set(`CONSTANTS.c${i}`, value);
  return constants;
}

/** The folder in the archive that holds all: torch names it after the file, others call it `archive`. */
function rootOf(entry: ByteSource, members: ReadonlyMap<string, ZipMember>): string {
  const pickles = [...members.keys()].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (pickles.length === 1) return pickles[0]!.slice(0, -"data.pkl".length);
  throw new CheckpointFormatError(
    `${entry.label}: expected one data.pkl, as archives of PyTorch have, got ${pickles.length} in ${members.size} ` +
      "members. It is another kind of archive, or incomplete: download or save it again.",
  );
}

/** The text of a member of a few letters. */
async function textOf(member: ZipMember | undefined): Promise<string | null> {
  if (!member || member.size > 100) return null;
  return asciiHead(await member.read(0, member.size)).trim();
}

/** A stored member, any range of which is read by itself; its check sum is looked at where all is read in order. */
function byRange(member: ZipMember): ByteSource {
  return member.isStored ? { ...member, isSequential: false } : member;
}
