import type { ByteSource } from "./byte-source.ts";
import { asciiHead, type CheckpointFormat, singleFiles } from "./format.ts";
import { rangedTensor } from "./ranged-tensor.ts";
import { readSafetensorsHeader } from "./safetensors-header.ts";
import type { Tensor } from "./tensor.ts";

/** Tensors and metadata of one safetensors file, its header read. */
export async function openSafetensorsFile(
  source: ByteSource,
): Promise<{ tensors: Tensor[]; metadata: Readonly<Record<string, string>> }> {
  const { entries, metadata } = await readSafetensorsHeader(source);
  const tensors = entries.map(({ name, dtype, shape, begin }) =>
    rangedTensor(source, { name, dtype, shape, offset: begin, file: source.name }),
  );
  return { tensors, metadata };
}

/**
 * One safetensors file. Its tensors cannot share bytes (the format refuses overlaps), so weights
 * that are tied in the model are either stored once or twice.
 */
export const safetensors: CheckpointFormat = {
  id: "safetensors",
  title: "safetensors",
  extensions: [".safetensors"],
  sniff(head) {
    // There is no magic: a length, then JSON. Text files can have '{' at byte 8 too, but their first
    // eight bytes are then printable, which no believable length is.
    const start = asciiHead(head, 10);
    return /^\{["\s}]/.test(start.slice(8)) && !/^[\x20-\x7e\s]{8}/.test(start);
  },
  gather: (names) =>
    singleFiles(
      names,
      ".safetensors",
      "model.safetensors",
      "diffusion_pytorch_model.safetensors",
      "adapter_model.safetensors",
    ),
  async open(entry) {
    return { ...(await openSafetensorsFile(entry)), files: [entry.name] };
  },
};
