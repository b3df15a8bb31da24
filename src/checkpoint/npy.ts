import { CheckpointFormatError, UnreadableInputError } from "../errors.ts";
import { type ByteSource, truncated } from "./byte-source.ts";
import { bytesPerEntry } from "./decode.ts";
import { asciiHead, type CheckpointFormat } from "./format.ts";
import { NPY_MAGIC, readNpyHeader } from "./npy-header.ts";
import { rangedTensor } from "./ranged-tensor.ts";
import { entryCount, type Tensor } from "./tensor.ts";
import { checkedName } from "./tensor-shape.ts";

/**
 * The one array of an .npy file, as a tensor of the given name. Bytes after the array are allowed,
 * as NumPy allows them (several arrays can be saved to one file; the first is read).
 *
 * @throws {CheckpointFormatError} If the header is wrong or the file ends before the array does.
 * @throws {UnreadableInputError} If the array is of a kind that is not read.
 */
export async function openNpyArray(source: ByteSource, name: string, file: string): Promise<Tensor> {
  const { dtype, shape, bigEndian, fortranOrder, dataStart } = await readNpyHeader(source);
  const end = dataStart + entryCount(shape) * bytesPerEntry[dtype];
  if (end > source.size) throw truncated(source.label, end, source.size);
  return rangedTensor(source, {
    name: checkedName(name, source.label),
    dtype,
    shape,
    offset: dataStart,
    file,
    bigEndian,
    fortranOrder,
  });
}

/** An .npy file is one tensor, named like the file; a folder of them is one checkpoint. */
export const npy: CheckpointFormat = {
  id: "npy",
  title: "NumPy array (.npy)",
  extensions: [".npy"],
  sniff: (head) => asciiHead(head, NPY_MAGIC.length) === NPY_MAGIC,
  gather(names) {
    const files = names.filter((name) => name.toLowerCase().endsWith(".npy"));
    return files.length === 0 ? [] : [{ entry: files[0]!, files, inParts: files.length > 1, main: true }];
  },
  async open(entry, { files, open }) {
    const tensors = new Map<string, Tensor>();
    for (const file of files) {
      const source = file === entry.name ? entry : await open(file);
      if (!source) throw new UnreadableInputError(`${file} is gone: expected it beside ${entry.label}.`);
      const name = withoutNpy(file);
      if (tensors.has(name)) {
        throw new CheckpointFormatError(
          `${entry.label}: expected one file of array ${name} beside it, got two.`,
        );
      }
      tensors.set(name, await openNpyArray(source, name, file));
    }
    return { tensors: [...tensors.values()], metadata: {}, files };
  },
};

/** An array's name from its file's. */
export function withoutNpy(file: string): string {
  return file.replace(/\.npy$/i, "");
}
