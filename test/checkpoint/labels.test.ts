import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { openCheckpoint, openCheckpoints } from "../../src/checkpoint/index.ts";
import { rangedTensor } from "../../src/checkpoint/ranged-tensor.ts";
import { UnreadableInputError } from "../../src/errors.ts";
import { modelBytes, temporaryFolders } from "./temporary-folder.ts";
import { npyFile, npzFile, shardedFiles } from "./written-files.ts";

const folderOf = temporaryFolders();
const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
const array = { name: "w", shape: [2], data: Float32Array.of(1, 2) };
const message = (path: string) =>
  openCheckpoint(path).then(
    () => "opened",
    (error: Error) => error.message,
  );

describe("damage is told with the path as it was given", () => {
  it("of a file, a link of Git LFS, an index, a shard, an array and a member of an archive", async () => {
    const files = shardedFiles([array, { ...array, name: "v" }]);
    const shard = "model-00002-of-00002.safetensors";
    const npz = await npzFile([array], false);
    npz[npz.length >> 1]! ^= 0xff;
    const folder = folderOf({
      "a/model.safetensors": modelBytes().slice(0, -1),
      "b/model.safetensors": pointer,
      ...Object.fromEntries([...files].map(([name, bytes]) => [`c/${name}`, bytes])),
      [`c/${shard}`]: files.get(shard)!.slice(0, -1),
      "d/model.safetensors.index.json": '{"weight_map":{}}',
      "e/w.npy": npyFile(array).slice(0, -1),
      "f/m.npz": npz.slice(0, -30),
      "g/model-00001-of-00002.safetensors": modelBytes(),
      "h/notes.dat": "nothing known",
      "i/empty.npy": "",
    });
    for (const [path, file] of [
      ["a/model.safetensors", "a/model.safetensors is truncated"],
      ["a", "a/model.safetensors is truncated"],
      ["b", "b/model.safetensors is a Git LFS pointer"],
      ["c", `c/${shard} is truncated`],
      ["d", "d/model.safetensors.index.json: expected"],
      ["e", "e/w.npy is truncated"],
      ["f", "f/m.npz: expected"],
      ["g", "g/model: expected shards 1 to 2"],
      ["h/notes.dat", "h/notes.dat is of no format"],
      ["i", "i/empty.npy is empty"],
    ] as const) {
      expect(await message(join(folder, path)), path).toContain(join(folder, file));
      const given = relative(process.cwd(), join(folder, path));
      expect(await message(given), given).toContain(relative(process.cwd(), join(folder, file)));
    }
  });

  it("of each member of a series", async () => {
    const cut = modelBytes().slice(0, -1);
    const folder = folderOf({
      "step-1/model.safetensors": modelBytes(),
      "step-2/model.safetensors": cut,
      "step-3/model.safetensors": cut,
    });
    const { leftOut } = await openCheckpoints(folder);
    expect(leftOut.map(({ path }) => path)).toEqual(["step-2", "step-3"]);
    expect(leftOut.map(({ detail }) => detail.split(" ")[0])).toEqual([
      join(folder, "step-2/model.safetensors"),
      join(folder, "step-3/model.safetensors"),
    ]);
  });

  it("and nothing else of a checkpoint has it: ids, files and tensors keep their short names", async () => {
    const folder = folderOf({
      "run/model.safetensors": modelBytes(),
      "zip/m.npz": await npzFile([array], true),
    });
    const checkpoint = await openCheckpoint(join(folder, "run"));
    expect(checkpoint).toMatchObject({ id: "run", files: ["model.safetensors"] });
    expect(checkpoint.tensors()[0]!.file).toBe("model.safetensors");
    const archive = await openCheckpoint(join(folder, "zip/m.npz"));
    expect(archive).toMatchObject({ id: "m.npz", files: ["m.npz"] });
    expect(archive.tensors().map(({ name, file }) => [name, file])).toEqual([["w", "m.npz"]]);
  });
});

describe("a tensor that no memory holds", () => {
  it("is refused before it is read, with its size, the limit and what to do", async () => {
    const shape = [2 ** 22, 2 ** 22];
    const source = { ...memorySource(new Uint8Array(0), "m.safetensors"), label: "a/m.safetensors" };
    source.read = async () => {
      throw new Error("it was read");
    };
    const stored = { name: "big.weight", dtype: "F32", shape, offset: 0, file: "m.safetensors" } as const;
    const reading = rangedTensor(source, stored).read();
    await expect(reading).rejects.toBeInstanceOf(UnreadableInputError);
    await expect(reading).rejects.toThrow(
      /^a\/m\.safetensors: tensor "big\.weight" is too large to hold: its entries take 70\.4 TB of memory, and [\d.]+ [MGT]B is the most that fits here\. .*--exclude/,
    );
    await expect(reading).rejects.not.toThrow(/by ranges/);
  });

  it("is told so as well when memory is refused in the middle", async () => {
    const source = memorySource(new Uint8Array(0), "m.safetensors");
    source.read = async () => {
      throw new RangeError("Array buffer allocation failed");
    };
    const stored = { name: "w", dtype: "F32", shape: [4], offset: 0, file: "m.safetensors" } as const;
    await expect(rangedTensor(source, stored).read()).rejects.toThrow(
      /is too large to hold: its entries take 16 bytes of memory, and got no memory/,
    );
  });
});
