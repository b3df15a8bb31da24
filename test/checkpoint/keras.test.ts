import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { hdf5Library, whenRead } from "../../src/checkpoint/hdf5-library.ts";
import { Hdf5Reads } from "../../src/checkpoint/hdf5-reads.ts";
import { slabs } from "../../src/checkpoint/hdf5-tensor.ts";
import { openCheckpoint, openCheckpoints } from "../../src/checkpoint/index.ts";
import { kerasH5 } from "../../src/checkpoint/keras-h5.ts";
import { kerasV3 } from "../../src/checkpoint/keras-v3.ts";
import { CheckpointFormatError } from "../../src/errors.ts";
import { openFiles } from "../conformance/format.ts";
import { temporaryFolders } from "./temporary-folder.ts";
import { hdf5File, kerasFile } from "./written-frameworks.ts";

/** Written by h5py and msgpack: scripts/fixtures/keras_cases.py. */
const fixtures = fileURLToPath(new URL("../../data/checkpoint-cases/keras/", import.meta.url));
const expected = JSON.parse(readFileSync(`${fixtures}keras-expected.json`, "utf8")) as Record<
  string,
  unknown
>;
const series = fileURLToPath(new URL("../../../shared/real-models/", import.meta.url));
const temporary = temporaryFolders();

async function contents(path: string) {
  const checkpoint = await openCheckpoint(path);
  const tensors = [];
  for (const { name, dtype, shape, ...tensor } of checkpoint.tensors().map(plain)) {
    tensors.push({ name, dtype, shape, entries: [...(await tensor.read())] });
  }
  await checkpoint.close();
  return { tensors, leftOut: checkpoint.leftOut };
}

/** Members that a class keeps in its prototype, too. */
function plain<
  T extends {
    name: string;
    dtype: string;
    shape: readonly number[];
    read(): Promise<ArrayLike<number> & Iterable<number>>;
  },
>(tensor: T) {
  return { name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, read: () => tensor.read() };
}

describe("small checkpoints of h5py and msgpack", () => {
  for (const file of Object.keys(expected)) {
    it(`${file} is read as it was written, in the order of its model`, async () => {
      const { tensors, leftOut } = await contents(`${fixtures}${file}`);
      expect(tensors).toEqual(expected[file]);
      expect(leftOut.map(({ reason }) => reason)).toEqual(["optimizer-state"]);
    });
  }

  it("entries in another file of the system are not read", async () => {
    await expect(contents(`${fixtures}outside.h5`)).rejects.toThrow(/unable to open external raw data file/);
  });

  it("a group that holds itself is refused", async () => {
    await expect(contents(`${fixtures}circle.h5`)).rejects.toThrow(/nest at most 32 deep, got a\/b\/b/);
  });
});

describe("HDF5", () => {
  const small = [{ name: "w", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }];

  it("that is damaged says so in an error and nowhere else", async () => {
    const print = vi.spyOn(console, "error").mockImplementation(() => {});
    const bytes = await hdf5File(small);
    const open = kerasH5.open(memorySource(bytes.slice(0, 700), "m.h5"), {
      files: [],
      open: async () => null,
    });
    await expect(open).rejects.toThrow(
      /m\.h5: expected HDF5 with .*truncated file.*download or save it again/s,
    );
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });

  it("is read by range from an archive that stores it, and once from one that compresses it", async () => {
    const data = Float32Array.from({ length: 300_000 }, (_, i) => Math.fround(Math.sin(i)));
    const tensors = [{ name: "w", shape: [300, 1000], data }];
    for (const compress of [false, true]) {
      const { opened, count } = await openFiles(
        kerasV3,
        new Map([["m.keras", await kerasFile(tensors, compress)]]),
      );
      expect(opened.tensors.map(({ name }) => name)).toEqual(["w"]);
      // The last 64 KB of the archive are where its directory may begin.
      expect(count.bytes < 100_000).toBe(!compress);
      expect([...(await opened.tensors[0]!.read(1999, 2001))]).toEqual([...data.subarray(1999, 2001)]);
    }
  });

  it("larger than what is read at once is given whole", async () => {
    const shape = [3, 700, 1100];
    const data = Float32Array.from({ length: 3 * 700 * 1100 }, (_, i) => i % 8191);
    for (const compressed of [false, true]) {
      const bytes = await hdf5File([{ name: "w", shape, data }], { compressed });
      const { opened } = await openFiles(kerasH5, new Map([["m.h5", bytes]]));
      expect(Buffer.from((await opened.tensors[0]!.read()).buffer).equals(Buffer.from(data.buffer))).toBe(
        true,
      );
      expect([...(await opened.tensors[0]!.read(770_000 - 2, 770_000 + 2))]).toEqual([
        ...data.subarray(770_000 - 2, 770_000 + 2),
      ]);
    }
  });

  it("is cut into boxes that follow one another and together are what is wanted", () => {
    for (const [shape, chunks] of [
      [[7], null],
      [[5, 4, 3], null],
      [
        [5, 4, 3],
        [2, 3, 2],
      ],
      [
        [1, 1, 60],
        [1, 1, 7],
      ],
      [
        [60, 1],
        [60, 1],
      ],
    ] as const) {
      const total = shape.reduce((a: number, b) => a * b, 1);
      for (let start = 0; start < total; start++) {
        for (const end of [start + 1, Math.min(start + 13, total), total]) {
          let at: number | null = null;
          for (const { box, first, last } of slabs(shape, chunks, start, end, 8)) {
            expect(first).toBeLessThanOrEqual(at ?? start);
            if (at !== null) expect(first).toBe(at);
            expect(last - first).toBe(box.count.reduce((a, b) => a * b, 1));
            const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a: number, b) => a * b, 1));
            expect(box.offset.reduce((sum, place, axis) => sum + place * strides[axis]!, 0)).toBe(first);
            box.offset.forEach((place, axis) => {
              expect(place + box.count[axis]!).toBeLessThanOrEqual(shape[axis]!);
            });
            at = last;
          }
          expect(at).toBeGreaterThanOrEqual(end);
        }
      }
    }
  });

  it("whose texts would have the library go in circles is refused", async () => {
    const bytes = Buffer.from(readFileSync(`${fixtures}keras2-latest.h5`));
    const heap = bytes.indexOf("GCOL");
    // Free space of no length; an object whose end is before its start, where addresses have 32 bits.
    for (const [index, length] of [
      [0, 0n],
      [1, 2n ** 32n - 32n],
      [1, 2n ** 64n - 32n],
    ] as const) {
      bytes.writeUInt16LE(index, heap + 16);
      bytes.writeBigUInt64LE(length, heap + 24);
      const open = openFiles(kerasH5, new Map([["m.h5", new Uint8Array(bytes)]]));
      await expect(open).rejects.toThrow(
        /^m\.h5: expected HDF5 with objects of a heap that fill its 4096 bytes/,
      );
    }
  });

  it("that breaks the library is refused, and the next file is read by another instance", async () => {
    const source = memorySource(await hdf5File(small), "m.h5");
    const library = await hdf5Library(source);
    const trap = () => {
      throw new WebAssembly.RuntimeError("memory access out of bounds");
    };
    const run = (operation: () => unknown) =>
      whenRead(library, new Hdf5Reads(source), "a group /", operation);
    await expect(run(trap)).rejects.toThrow(
      /expected HDF5 with a group \/, got "memory access out of bounds"/,
    );
    await expect(run(() => 0)).rejects.toThrow(/broke the HDF5 library/);
    const { tensors } = await contents(`${fixtures}keras3.weights.h5`);
    expect(tensors).toEqual(expected["keras3.weights.h5"]);
    expect(await hdf5Library(source)).not.toBe(library);
  });

  it("that is only named like it is refused", async () => {
    const folder = temporary({ "m.h5": "no checkpoint at all, whatever its name says" });
    await expect(openCheckpoint(`${folder}/m.h5`)).rejects.toBeInstanceOf(CheckpointFormatError);
  });
});

describe.skipIf(!existsSync(series))("a real training run of Keras 2.0.5", () => {
  it("is a series by epoch, with its optimizer left out", async () => {
    const names = ["00-0.47", "05-0.56", "25-0.60", "102-0.66"].map(
      (end) => `fer2013_mini_XCEPTION.${end}.hdf5`,
    );
    const folder = temporary(
      Object.fromEntries(names.map((name) => [name, readFileSync(`${series}${name}`)])),
    );
    const opened = await openCheckpoints(folder);
    expect(opened.series).toBe(true);
    expect(opened.checkpoints.map(({ step }) => step)).toEqual([0, 5, 25, 102]);
    const manifest = JSON.parse(readFileSync(`${series}manifest.json`, "utf8")) as {
      file: string;
      tensors: { name: string; shape: number[]; sha256_f32le: string }[];
    }[];
    const { createHash } = await import("node:crypto");
    for (const [i, checkpoint] of opened.checkpoints.entries()) {
      const hashes = [];
      for (const tensor of checkpoint.tensors()) {
        const entries = Float32Array.from(await tensor.read());
        const sha256 = createHash("sha256").update(new Uint8Array(entries.buffer)).digest("hex");
        hashes.push(`${tensor.name}:0 ${tensor.shape} ${sha256}`);
      }
      // The manifest names datasets, of which a tensor has the end: the weight's own name.
      const written = manifest.find(({ file }) => file === names[i])!.tensors;
      const own = written.map(({ name, shape, sha256_f32le }) => {
        return `${name.split("/").slice(2).join("/")} ${shape} ${sha256_f32le}`;
      });
      expect(hashes.sort()).toEqual(own.sort());
      expect(checkpoint.leftOut.map(({ reason }) => reason)).toEqual(["optimizer-state"]);
      await checkpoint.close();
    }
  });
});
