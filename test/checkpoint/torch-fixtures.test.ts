import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { openCheckpoint, type Tensor } from "../../src/checkpoint/index.ts";
import { PICKLE_FIRST_BYTES, PICKLE_TEXT_BYTES } from "../../src/checkpoint/limits.ts";
import { openTorchZip, torchZip } from "../../src/checkpoint/torch-zip.ts";
import { UnreadableInputError } from "../../src/errors.ts";
import { layersOf } from "../../src/layers/layers-of.ts";
import { openFiles } from "../conformance/format.ts";
import {
  call,
  global,
  list,
  object,
  type Picklable,
  stateDict,
  storage,
  torchZipOf,
  view,
} from "./torch-files.ts";

/** Files of torch 2.15, by scripts/fixtures/torch_files.py, with what torch says of their tensors. */
const folder = join("data", "checkpoint-cases", "torch");
const { files } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
  files: Record<string, Record<string, { dtype: string; shape: number[]; sha256_f32le: string | null }>>;
};

async function described(tensor: Tensor) {
  const { name, dtype, shape, undecodable } = tensor;
  if (undecodable !== undefined) return [name, { dtype, shape, sha256_f32le: null }] as const;
  const entries = Float32Array.from(await tensor.read());
  const hash = createHash("sha256").update(new Uint8Array(entries.buffer)).digest("hex");
  return [name, { dtype, shape, sha256_f32le: hash }] as const;
}

describe("a file of torch 2.15", () => {
  it.each(Object.keys(files))("%s is read as torch reads it", async (file) => {
    const checkpoint = await openCheckpoint(join(folder, file));
    const all = await Promise.all(checkpoint.tensors().map(described));
    expect(Object.fromEntries(all)).toEqual(files[file]);
  });

  it("says why a tensor is listed and not read", async () => {
    const checkpoint = await openCheckpoint(join(folder, "listed.pt"));
    const layers = layersOf(checkpoint.tensors());
    const reasons = Object.fromEntries(layers.map(({ layer, skip }) => [layer, skip?.reason]));
    expect(reasons.complex).toBe("unsupported-dtype");
    expect(reasons.meta).toBe("unsupported-dtype");
    for (const tensor of checkpoint.tensors().filter(({ undecodable }) => undecodable !== undefined)) {
      await expect(tensor.read()).rejects.toBeInstanceOf(UnreadableInputError);
    }
  });

  it("tells the error that quantisation left: step / sqrt 12, of channels in the root mean square", async () => {
    const tensors = (await openCheckpoint(join(folder, "quantised.pt"))).tensors();
    const errorOf = (wanted: string) => tensors.find(({ name }) => name === wanted)!.roundingError!();
    expect(await errorOf("wide")).toBeCloseTo(0.0017 / Math.sqrt(12), 9);
    const steps = [0.01, 0.02, 0.05, 0.1].map((step) => step ** 2);
    expect(await errorOf("rows")).toBeCloseTo(Math.sqrt(steps.reduce((a, b) => a + b) / 4 / 12), 12);
  });

  it("tells the state of an optimizer from weights", async () => {
    const checkpoint = await openCheckpoint(join(folder, "training.ckpt"));
    const layers = layersOf(checkpoint.tensors());
    const states = layers.filter(({ tensor }) => tensor.startsWith("optimizer_states"));
    expect(states.length).toBeGreaterThan(5);
    expect(new Set(states.map(({ skip }) => skip?.reason))).toEqual(new Set(["optimizer-state"]));
  });
});

const bytes = (length: number) => new Uint8Array(Float32Array.from({ length }, (_, i) => i).buffer);

async function openZip(value: Picklable, storages: readonly Uint8Array[] = [bytes(16)], options = {}) {
  const file = await torchZipOf(value, storages, options);
  return (await openTorchZip(memorySource(file, "m.pt"))).tensors;
}

const named = (name: string, value: Picklable) => new Map([[name, value]]);
const sixteen = storage("0", 16);

describe("an archive of PyTorch", () => {
  it("with a global that no weights need is refused by its name, whatever is done with it", async () => {
    for (const [module, name] of [
      ["posix", "system"],
      ["builtins", "eval"],
      ["torch.hub", "load"],
      ["numpy.testing._private.utils", "runstring"],
      ["", "__proto__"],
      ["constructor", "prototype"],
    ] as const) {
      for (const value of [
        global(module, name),
        call(global(module, name), ["true"]),
        list([global(module, name)]),
      ]) {
        const opening = openZip(value);
        await expect(opening).rejects.toMatchObject({ exitCode: 3, code: "unreadable-input" });
        await expect(opening).rejects.toThrow(`${module}.${name}`);
      }
    }
  });

  it("takes names of an object's own machinery for names", async () => {
    const value = new Map<Picklable, Picklable>([
      ["__proto__", view(sixteen, [2])],
      ["constructor", named("prototype", view(sixteen, [1]))],
      ["", view(sixteen, [3])],
    ]);
    expect((await openZip(value)).map(({ name }) => name)).toEqual([
      "__proto__",
      "constructor.prototype",
      "tensor",
    ]);
    expect(Object.getPrototypeOf({}).shape).toBeUndefined();
  });

  it("gives a second name to what has the name of another", async () => {
    const value = new Map<Picklable, Picklable>([
      [5, view(sixteen, [1])],
      ["5", view(sixteen, [2])],
    ]);
    expect((await openZip(value)).map(({ name }) => name)).toEqual(["5", "5#2"]);
  });

  it("of a whole model has the names of its state dict", async () => {
    const attributes = new Map<Picklable, Picklable>([
      ["_parameters", named("weight", view(sixteen, [4, 4]))],
      [
        "_modules",
        named(
          "0",
          object(
            global("torch.nn.modules.linear", "Linear"),
            named("_buffers", named("b", view(sixteen, [4]))),
          ),
        ),
      ],
    ]);
    const model = named("model", object(global("torch.nn.modules.container", "Sequential"), attributes));
    expect((await openZip(model)).map(({ name }) => name)).toEqual(["model.weight", "model.0.b"]);
  });

  it("of a few bytes that are expanded beyond all bounds lists the tensor and does not read it", async () => {
    const [tensor] = await openZip(named("w", view(sixteen, [2 ** 20, 2 ** 20], [0, 0])));
    expect(tensor!.undecodable).toMatch(/Expanded to 4\.4 TB/);
    const [small] = await openZip(named("w", view(sixteen, [3, 4], [0, 1], 2)));
    expect([...(await small!.read())]).toEqual([2, 3, 4, 5, 2, 3, 4, 5, 2, 3, 4, 5]);
  });

  it("with lists that are shared without end is refused soon, and with one that holds itself is read", async () => {
    // Each of 60 lists holds the one before twice: 2^60 values, and 180 bytes.
    const shared = new Uint8Array([
      ...new TextEncoder().encode("]q\x00"),
      ...Array.from({ length: 60 }, () => [0x5d, 0x28, 0x68, 0, 0x68, 0, 0x65, 0x71, 0]).flat(),
    ]);
    const { Spelled } = await import("./torch-files.ts");
    await expect(openZip(new Spelled(shared))).rejects.toThrow(/at most \d+ values/);
    expect(await openZip(new Spelled("]q\x00h\x00a"))).toEqual([]);
  });

  it("with texts longer than what is read at once, or kept, is read", async () => {
    for (const length of [
      PICKLE_FIRST_BYTES - 40,
      PICKLE_FIRST_BYTES,
      4 * PICKLE_FIRST_BYTES,
      PICKLE_TEXT_BYTES + 1,
    ]) {
      const value = new Map<Picklable, Picklable>([
        ["note", "x".repeat(length)],
        ["w", view(sixteen, [4])],
      ]);
      expect((await openZip(value)).map(({ name }) => name)).toEqual(["w"]);
    }
  });

  it("of the other byte order is turned", async () => {
    const swapped = bytes(4);
    for (let i = 0; i < 4; i++) swapped.subarray(4 * i, 4 * i + 4).reverse();
    const tensors = await openZip(named("w", view(storage("0", 4), [2, 2], [1, 2])), [swapped], {
      others: { byteorder: "big" },
    });
    expect([...(await tensors[0]!.read())]).toEqual([0, 2, 1, 3]);
    expect(new Float32Array((await tensors[0]!.readBytes!(0, 4)).buffer)).toEqual(
      Float32Array.of(0, 2, 1, 3),
    );
  });

  it("with its pickle in no folder, or in any, is read", async () => {
    for (const root of ["", "any name/"]) {
      const tensors = await openZip(
        stateDict([{ name: "w", shape: [4], data: new Float32Array(4) }]),
        [bytes(4)],
        { root },
      );
      expect(tensors.map(({ name }) => name)).toEqual(["w"]);
    }
  });

  it("is read where it is asked for: a column of a large matrix takes no more than a stretch at a time", async () => {
    // 3000 x 3000 of 4 bytes: a column has 3000 entries, 12 kB apart.
    const data = Float32Array.from({ length: 9_000_000 }, (_, i) => i % 65_521);
    const value = new Map<Picklable, Picklable>([
      ["rows", view(storage("0", 9_000_000), [10, 3000], [3000, 1], 6_000_000)],
      ["column", view(storage("0", 9_000_000), [3000], [3000], 7)],
      ["turned", view(storage("0", 9_000_000), [3000, 3000], [1, 3000])],
    ]);
    const file = await torchZipOf(value, [new Uint8Array(data.buffer)]);
    const { opened, count } = await openFiles(torchZip, new Map([["m.pt", file]]));
    const [rows, column, turned] = opened.tensors;
    expect(count.bytes).toBeLessThan(100_000);
    await rows!.read();
    expect(count.bytes).toBeLessThan(300_000);
    const read = await column!.read();
    expect(count.bytes).toBeLessThan(38_000_000);
    expect(read).toEqual(Float32Array.from({ length: 3000 }, (_, i) => (3000 * i + 7) % 65_521));
    const before = count.bytes;
    const all = await turned!.read();
    expect(count.bytes - before).toBe(36_000_000);
    expect(all[3000 * 5 + 11]).toBe((3000 * 11 + 5) % 65_521);
  });
});
