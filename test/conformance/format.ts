import { describe, expect, it } from "vitest";
import { type ByteSource, memorySource } from "../../src/checkpoint/byte-source.ts";
import type { CheckpointFormat, OpenedFiles, Surroundings } from "../../src/checkpoint/format.ts";
import { HEAD_BYTES } from "../../src/checkpoint/limits.ts";
import { MarchenkoError } from "../../src/errors.ts";

/** A tensor that every format can store. */
export interface PlainTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a format gives to be tested: how its files are made. */
export interface FormatCase {
  readonly format: CheckpointFormat;
  /** What is special about these files, when a format has several cases. */
  readonly variant?: string;
  /** The files of one model with these tensors, by name; the entry first. */
  write(tensors: readonly PlainTensor[]): Promise<Map<string, Uint8Array>>;
  /** Names of files that are nothing but entries, so that any start may be theirs. */
  readonly bare?: RegExp;
  /** Files that lie about shapes, offsets or sizes, by a sentence that says how. */
  readonly lies: Readonly<Record<string, () => Promise<Map<string, Uint8Array>>>>;
}

const ramp = (length: number, scale: number) =>
  Float32Array.from({ length }, (_, i) => (i % 251) * scale - 3);

const model: readonly PlainTensor[] = [
  { name: "a.weight", shape: [5, 7], data: ramp(35, 0.25) },
  { name: "a.bias", shape: [5], data: ramp(5, 1) },
  { name: "c.weight", shape: [2, 3, 2, 2], data: ramp(24, 0.5) },
];

/** Numbers that do not compress: a linear congruential generator modulo 2^32. */
function scattered(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

/** Large beside any header and look-ahead. */
const large: readonly PlainTensor[] = [
  { name: "a.weight", shape: [512, 600], data: scattered(512 * 600) },
  { name: "b.weight", shape: [600, 512], data: scattered(512 * 600) },
];

/** Opens files in memory by a format, and counts the bytes that it reads. */
export async function openFiles(format: CheckpointFormat, files: ReadonlyMap<string, Uint8Array>) {
  const count = { bytes: 0 };
  const source = (name: string): ByteSource | null => {
    const bytes = files.get(name);
    if (!bytes) return null;
    const inner = memorySource(bytes, name);
    return {
      ...inner,
      read(offset, length) {
        count.bytes += length;
        return inner.read(offset, length);
      },
    };
  };
  const names = [...files.keys()];
  const surroundings: Surroundings = { files: names, open: async (name) => source(name) };
  const opened = await format.open(source(names[0]!)!, surroundings);
  return { opened, count };
}

/** Opens and reads all; what a damaged file may do is throw an error of this package, soon. */
export async function survive(format: CheckpointFormat, files: ReadonlyMap<string, Uint8Array>) {
  try {
    const { opened } = await openFiles(format, files);
    for (const tensor of opened.tensors) await tensor.read();
    return null;
  } catch (error) {
    if (!(error instanceof MarchenkoError)) throw error;
    return error;
  }
}

async function contents(opened: OpenedFiles) {
  const all = new Map<string, { shape: readonly number[]; data: number[] }>();
  for (const tensor of opened.tensors) {
    all.set(tensor.name, { shape: tensor.shape, data: [...(await tensor.read())] });
  }
  return all;
}

/** The battery that every format of the catalogue passes. */
export function describeFormat({ format, variant, write, lies, bare }: FormatCase): void {
  describe(`the format ${format.id}${variant ? `, ${variant}` : ""}`, () => {
    it("gives back the tensors that were written", async () => {
      const { opened } = await openFiles(format, await write(model));
      const all = await contents(opened);
      expect([...all.keys()].sort()).toEqual(model.map(({ name }) => name).sort());
      for (const { name, shape, data } of model) expect(all.get(name)).toEqual({ shape, data: [...data] });
      for (const tensor of opened.tensors) {
        expect(tensor.dtype).toBe("F32");
        expect(tensor.sizeBytes).toBe(4 * tensor.shape.reduce((a, b) => a * b, 1));
        expect(opened.files).toContain(tensor.file);
      }
    });

    it("reads any range of a tensor in row-major order", async () => {
      const { opened } = await openFiles(format, await write(model));
      for (const { name, data } of model) {
        const tensor = opened.tensors.find((candidate) => candidate.name === name)!;
        for (const [start, end] of [
          [0, 0],
          [1, 4],
          [data.length - 1, data.length],
          [0, data.length],
        ] as const) {
          expect([...(await tensor.read(start, end))]).toEqual([...data.slice(start, end)]);
        }
        await expect(tensor.read(0, data.length + 1)).rejects.toBeInstanceOf(RangeError);
        await expect(tensor.read(-1)).rejects.toBeInstanceOf(RangeError);
      }
    });

    it("is recognised by its content, and gathered in a folder by its names", async () => {
      const files = await write(model);
      const [entry, bytes] = [...files][0]!;
      const source = memorySource(bytes, files.size > 1 ? entry : "renamed");
      const gathered = format.gather([...files.keys()].sort());
      expect(gathered).toHaveLength(1);
      expect([...gathered[0]!.files].sort()).toEqual([...files.keys()].sort());
      expect(format.sniff(bytes.subarray(0, HEAD_BYTES), source)).toBe(true);
      expect(format.gather(["README.md", "config.json", "tokenizer.json"])).toEqual([]);
    });

    it("does not take other content for its own", () => {
      const other = {
        text: new TextEncoder().encode("once upon a time there was a matrix".repeat(10)),
        json: new TextEncoder().encode('{"a":12,"b":{"c":1}, "hidden_size": 128}'),
        zeros: new Uint8Array(200),
        pickle: Uint8Array.from([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8]),
        short: Uint8Array.of(7),
      };
      for (const [name, bytes] of Object.entries(other)) {
        expect(format.sniff(bytes, memorySource(bytes, name)), name).toBe(false);
      }
    });

    it("opens without reading the data", async () => {
      const files = await write(large);
      const total = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
      const { opened, count } = await openFiles(format, files);
      expect(count.bytes).toBeLessThan(200_000);
      const before = count.bytes;
      const [tensor] = opened.tensors;
      await tensor!.read(1000, 1010);
      expect(count.bytes - before).toBeLessThan(total / 4);
    });

    it("refuses a file that ends anywhere before its end", async () => {
      const files = await write(model);
      for (const [name, bytes] of files) {
        const cuts = [
          0,
          1,
          5,
          8,
          9,
          11,
          30,
          64,
          100,
          128,
          200,
          bytes.length >> 1,
          bytes.length - 7,
          bytes.length - 1,
        ];
        for (const cut of cuts.filter((length) => length < bytes.length)) {
          const damaged = new Map(files).set(name, bytes.slice(0, cut));
          const error = await survive(format, damaged);
          expect(error, `${name} cut to ${cut} of ${bytes.length} bytes`).toBeInstanceOf(MarchenkoError);
          expect(["checkpoint-format", "unreadable-input"]).toContain(error!.code);
        }
      }
    });

    it("refuses a file with another start", async () => {
      const files = await write(model);
      for (const [name, bytes] of files) {
        if (bare?.test(name)) continue;
        const damaged = bytes.slice();
        damaged.set(new TextEncoder().encode("NOTAMODEL!"));
        const error = await survive(format, new Map(files).set(name, damaged));
        expect(error?.code, name).toBe("checkpoint-format");
      }
    });

    for (const [sentence, make] of Object.entries(lies)) {
      it(`refuses ${sentence}`, async () => {
        const error = await survive(format, await make());
        expect(error?.code).toBe("checkpoint-format");
        expect(error?.message).toMatch(/expected .*got|truncated/);
      });
    }
  });
}
