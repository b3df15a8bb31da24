import { execFileSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheFiles, cacheFolder } from "../../src/analysis/cache-folder.ts";
import { cachedCompute } from "../../src/analysis/cached-compute.ts";
import { computeInProcess } from "../../src/analysis/compute.ts";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import {
  type AnalyzeOptions,
  analyze,
  openCheckpoint,
  randomStream,
  type Tensor,
  tensorOf,
} from "../../src/index.ts";
import { fastestEngine } from "../../src/spectrum/wasm-engine.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "marchenko-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function entries(rows: number, columns: number, purpose: string): Float32Array {
  const stream = randomStream(11, [purpose]);
  return Float32Array.from({ length: rows * columns }, () => 0.02 * stream.normal());
}

/** Two matrices of noise and one of zeros; 32 x 80 has simulated noise of its own. */
const model = {
  id: "model",
  tensors: () => [
    tensorOf("a.weight", [48, 96], entries(48, 96, "a")),
    tensorOf("b.weight", [80, 32], entries(80, 32, "b")),
    tensorOf("zero.weight", [40, 40], new Float32Array(1600)),
  ],
};

async function analysed(options: AnalyzeOptions = {}) {
  const result = await analyze(model, options);
  const { run } = result.provenance;
  return {
    use: run.cache,
    text: JSON.stringify({ ...result, provenance: { ...result.provenance, run: {} } }),
  };
}

const paths = () => readdirSync(folder).map((name) => join(folder, name));

test("the second analysis computes nothing again, and both have the bytes of one without a cache", async () => {
  const plain = await analysed();
  expect(plain.use).toBeUndefined();
  const first = await analysed({ cache: await cacheFolder(folder) });
  const second = await analysed({ cache: await cacheFolder(folder) });
  expect(first.text).toBe(plain.text);
  expect(second.text).toBe(plain.text);
  const kept = paths().length;
  expect(kept).toBeGreaterThanOrEqual(2);
  expect(first.use).toEqual({ hits: 0, misses: kept, unwritten: 0 });
  expect(second.use).toEqual({ hits: kept, misses: 0, unwritten: 0 });
});

test("what would change a bit is not taken from another: method, engine, seed of an estimate", async () => {
  await analysed({ cache: await cacheFolder(folder), method: "lanczos", seed: 1 });
  // Simulated noise depends on the seed alone, and is shared.
  for (const options of [
    { method: "lanczos", seed: 2 },
    { method: "accurate", seed: 3 },
    { method: "gram", seed: 4 },
  ] as const) {
    const cached = await analysed({ ...options, cache: await cacheFolder(folder) });
    expect(cached.use).toMatchObject({ hits: 0 });
    expect(cached.text).toBe((await analysed(options)).text);
  }
});

test("a matrix is known by its entries in their order and shape, whatever it is called", async () => {
  const cache = await cacheFolder(folder);
  const data = entries(32, 64, "c");
  const flipped = Float32Array.from(data, (_, i) => data[(i % 32) * 64 + Math.floor(i / 32)]!);
  const useOf = async (name: string, shape: number[], weights: Float32Array) =>
    (await analyze({ id: "m", tensors: () => [tensorOf(name, shape, weights)] }, { cache, seed: 0 }))
      .provenance.run.cache as { hits: number; misses: number };
  await useOf("a.weight", [32, 64], data);
  expect((await useOf("other.weight", [32, 64], data)).misses).toBe(0);
  expect((await useOf("a.weight", [64, 32], data)).misses).toBe(1);
  expect((await useOf("a.weight", [64, 32], flipped)).misses).toBe(1);
  const changed = data.slice();
  changed[5] = Math.fround(changed[5]! * (1 + 2 ** -23));
  expect((await useOf("a.weight", [32, 64], changed)).misses).toBe(1);
});

test.each(["BF16", "F16", "F32", "F64"] as const)(
  "a file's matrix is known by its stored bytes: %s",
  async (dtype) => {
    const cache = await cacheFolder(join(folder, "cache"));
    const path = join(folder, "model.safetensors");
    const data = Float64Array.from(entries(48, 96, "stored"));
    const useOf = async (entries: Float64Array, shape = [48, 96]) => {
      writeFileSync(path, encodeSafetensors([{ name: "a.weight", dtype, shape, data: entries }]));
      const { checkpoints, provenance } = await analyze(path, { cache });
      expect(JSON.stringify(checkpoints)).toBe(JSON.stringify((await analyze(path)).checkpoints));
      return provenance.run.cache as { hits: number; misses: number };
    };
    const first = await useOf(data);
    expect(first.hits).toBe(0);
    expect(await useOf(data)).toMatchObject({ hits: first.misses, misses: 0 });
    const last = data.slice();
    last[last.length - 1]! *= 1.5;
    expect((await useOf(last)).misses, "another entry").toBe(1);
    expect((await useOf(data, [96, 48])).misses, "another shape").toBe(1);
  },
);

test("what is known by its stored bytes is not decoded, a bulk of unequal variances neither", async () => {
  const cache = await cacheFolder(join(folder, "cache"));
  const path = join(folder, "model.safetensors");
  const [rows, columns] = [160, 320];
  const plain = Float64Array.from(entries(rows, columns, "plain"));
  // Rows of very different sizes: no law of Marchenko and Pastur, so that mean squares of rows are asked for.
  const uneven = plain.map((entry, i) => entry * (1 + 4 * (Math.floor(i / columns) / rows) ** 2));
  const stored = { dtype: "BF16", shape: [rows, columns] } as const;
  writeFileSync(
    path,
    encodeSafetensors([
      { name: "plain.weight", ...stored, data: plain },
      { name: "uneven.weight", ...stored, data: uneven },
    ]),
  );
  const checkpoint = await openCheckpoint(path);
  let decoded: string[] = [];
  const counted = checkpoint.tensors().map((tensor): Tensor => {
    const { name, dtype, shape, file, storage, sizeBytes, showsBytes } = tensor;
    return {
      ...{ name, dtype, shape, file, storage, sizeBytes, showsBytes: showsBytes! },
      read: (start, end) => tensor.read(start, end),
      showStored: (start, end, show) => tensor.showStored!(start, end, show),
      readInto: (into, start, show) => {
        decoded.push(name);
        return tensor.readInto!(into, start, show);
      },
    };
  });
  const run = async () => {
    decoded = [];
    const { checkpoints, provenance } = await analyze({ id: "model", tensors: () => counted }, { cache });
    return { layers: checkpoints[0]!.layers, use: provenance.run.cache as { hits: number } };
  };
  try {
    const first = await run();
    expect(new Set(decoded)).toEqual(new Set(["plain.weight", "uneven.weight"]));
    expect(first.layers.map(({ secondOpinions }) => secondOpinions !== undefined)).toEqual([false, true]);
    const second = await run();
    expect(decoded).toEqual([]);
    expect(second.layers).toEqual(first.layers);
    expect(second.use).toMatchObject({ hits: 2, misses: 0 });
    // Without what is known of the rows its entries are read again.
    const kept = await cacheFiles(join(folder, "cache"));
    const profiles = kept.filter((file) => readFileSync(file.path, "latin1").includes('"what":"profile"'));
    expect(profiles.length).toBe(1);
    rmSync(profiles[0]!.path);
    const third = await run();
    expect(decoded).toEqual(["uneven.weight"]);
    expect(third.layers).toEqual(first.layers);
    expect(third.use).toMatchObject({ hits: 2, misses: 0 });
  } finally {
    await checkpoint.close();
  }
});

test.each<[string, (path: string) => void]>([
  ["empty", (path) => writeFileSync(path, "")],
  ["cut short", (path) => writeFileSync(path, readFileSync(path).subarray(0, -9))],
  [
    "with one bit another",
    (path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 50]! ^= 1;
      writeFileSync(path, bytes);
    },
  ],
  [
    "another's",
    (path) => {
      const [one, other] = paths();
      writeFileSync(path, readFileSync(path === one ? other! : one!));
    },
  ],
])("an entry that is %s is none, and is written again", async (_, damage) => {
  const plain = await analysed({ cache: await cacheFolder(folder) });
  const [path] = paths();
  const whole = readFileSync(path!);
  damage(path!);
  const mended = await analysed({ cache: await cacheFolder(folder) });
  expect(mended.use).toMatchObject({ misses: 1 });
  expect(mended.text).toBe(plain.text);
  expect(readFileSync(path!)).toEqual(whole);
});

test("a folder that takes no files changes nothing but the count of what was not kept", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "not a folder");
  const { use, text } = await analysed({ cache: await cacheFolder(join(file, "cache")) });
  expect(text).toBe((await analysed()).text);
  expect(use).toMatchObject({ hits: 0 });
  expect((use as { unwritten: number }).unwritten).toBeGreaterThanOrEqual(2);
});

test("files stay under the bound, the last used of them, and nothing else is removed", async () => {
  const cache = await cacheFolder(folder, 10_000);
  const other = join(folder, "notes.txt");
  writeFileSync(other, "x".repeat(20_000));
  await cache.keep("first", new Uint8Array(2000));
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5)); // files are told apart by the time of their use
    expect(await cache.find("first"), "used again and again").toHaveLength(2000);
    await cache.keep(`entry ${i}`, new Uint8Array(2000));
    const bytes = (await cacheFiles(folder)).reduce((sum, file) => sum + file.bytes, 0);
    expect(bytes).toBeLessThanOrEqual(10_000);
  }
  expect(await cache.find("entry 19")).toHaveLength(2000);
  expect(await cache.find("entry 0")).toBeNull();
  await cache.keep("too large", new Uint8Array(10_000));
  expect(await cache.find("too large")).toBeNull();
  expect(statSync(other).size).toBe(20_000);
});

test("what a stopped run has left half-written counts, and goes first", async () => {
  const cache = await cacheFolder(folder, 10_000);
  await cache.keep("first", new Uint8Array(2000));
  const left = `${paths()[0]}.${crypto.randomUUID()}.tmp`;
  writeFileSync(left, new Uint8Array(9000));
  utimesSync(left, 1, 1);
  await (await cacheFolder(folder, 10_000)).keep("second", new Uint8Array(2000));
  expect(paths()).not.toContain(left);
  expect(await cache.find("first")).toHaveLength(2000);
});

test.skipIf(process.platform === "win32")(
  "a pipe in an entry's place is none, and is not waited for",
  async () => {
    const cache = await cacheFolder(folder);
    await cache.keep("one", Uint8Array.of(1));
    const [path] = paths();
    rmSync(path!);
    execFileSync("mkfifo", [path!]);
    expect(await cache.find("one")).toBeNull();
    await cache.keep("one", Uint8Array.of(2));
    expect(await cache.find("one")).toEqual(Buffer.of(2));
  },
);

test("an entry under another key's name is not taken for it", async () => {
  const cache = await cacheFolder(folder);
  await cache.keep("one", Uint8Array.of(1));
  const [one] = paths();
  await cache.keep("two", Uint8Array.of(2));
  const two = paths().find((path) => path !== one)!;
  renameSync(one!, two);
  expect(await cache.find("two")).toBeNull();
});

test("a matrix that is read by rows is known too, and shares its entry with one that is whole", async () => {
  const engine = fastestEngine();
  const use = { hits: 0, misses: 0, unwritten: 0 };
  const compute = cachedCompute(
    computeInProcess(engine, 0),
    engine,
    "auto",
    0,
    await cacheFolder(folder),
    use,
  );
  const [rows, columns] = [96, 16];
  const data = entries(rows, columns, "rows");
  const w = {
    rows,
    columns,
    async *blocks() {
      for (let first = 0; first < rows; first += 32) {
        yield { first, data: data.subarray(first * columns, (first + 32) * columns) };
      }
    },
  };
  const { spectrum: whole } = await compute.whole({ rows, columns, data }, "F32");
  expect(use).toEqual({ hits: 0, misses: 1, unwritten: 0 });
  const read = await compute.streamed(w, "F32");
  expect(use).toEqual({ hits: 1, misses: 1, unwritten: 0 });
  expect(read.spectrum).toEqual(whole);
  expect(read.census.count).toBe(rows * columns);
});
