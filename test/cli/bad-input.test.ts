import { chmodSync, closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import { call, global, torchZipOf } from "../checkpoint/torch-files.ts";
import { littleEndian, npyOf, safetensorsOf, zipOf } from "../checkpoint/written-files.ts";
import { folderForTests, noise } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const isRoot = process.getuid?.() === 0;
const readable = /Readable are .*safetensors.*\.npy/s;
const whole = encodeSafetensors([noise("a.weight", [8, 6]), noise("b.weight", [8, 6])]);
const entry = (begin: number, end: number) => ({ dtype: "F32", shape: [2, 3], data_offsets: [begin, end] });
const lfsPointer = [
  "version https://git-lfs.github.com/spec/v1",
  `oid sha256:${"4d7a2146".repeat(8)}`,
  "size 437955512\n",
].join("\n");

/** A file of a name, its content, and what is said of it. */
const refused: readonly (readonly [
  what: string,
  name: string,
  content: () => Uint8Array | string | Promise<Uint8Array>,
  message: RegExp,
])[] = [
  [
    "a truncated file",
    "t.safetensors",
    () => whole.slice(0, -40),
    /truncated: expected at least \d+ bytes, got \d+/,
  ],
  ["a file cut inside its header", "h.safetensors", () => whole.slice(0, 60), /truncated: expected at least/],
  ["seven bytes", "s.safetensors", () => whole.slice(0, 7), /expected at least 10 bytes, got 7/],
  ["an empty file", "e.safetensors", () => "", /is empty: expected a checkpoint, got 0 bytes/],
  [
    "a header longer than any",
    "l.safetensors",
    () => new Uint8Array([...littleEndian(2 ** 60), ...new TextEncoder().encode('{"a":1}')]),
    /header of at most \d+ bytes, got a length of 1152921504606846976/,
  ],
  ["a header that is not JSON", "j.safetensors", () => safetensorsOf("{not json", 8), /header of UTF-8 JSON/],
  [
    "overlapping tensors",
    "o.safetensors",
    () => safetensorsOf({ a: entry(0, 24), b: entry(12, 36) }, 36),
    /overlap/,
  ],
  [
    "a hole between tensors",
    "g.safetensors",
    () => safetensorsOf({ a: entry(0, 24), b: entry(32, 56) }, 56),
    /hole/,
  ],
  ["surplus bytes", "p.safetensors", () => safetensorsOf({ a: entry(0, 24) }, 30), /6 surplus bytes/],
  [
    "a shape that is not its bytes",
    "n.safetensors",
    () => safetensorsOf({ a: entry(0, 20) }, 20),
    /24 bytes for F32/,
  ],
  [
    "a shape of more entries than there are numbers",
    "x.safetensors",
    () => safetensorsOf({ a: { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 24] } }, 24),
    /tensor "a"/,
  ],
  ["a Git LFS pointer", "lfs.safetensors", () => lfsPointer, /Git LFS pointer.*Run `git lfs pull`/s],
  [
    "a web page",
    "page.safetensors",
    () => "<!DOCTYPE html>\n<html><body>Please log in</body></html>",
    /is a web page, not a model.*Download it again/s,
  ],
  [
    "a PyTorch file of zeros",
    "model.pt",
    () => zipOf(new Map([["model/data.pkl", new Uint8Array(64)]]), false),
    /byte 1 of its pickle: expected an opcode.*download or save it again/,
  ],
  [
    "a PyTorch file that would run a command",
    "canary.pt",
    () => torchZipOf(call(global("posix", "system"), ["touch canary"]), []),
    /names "posix\.system".*Nothing of it was run.*torch\.save\(model\.state_dict\(\), path\)/,
  ],
  [
    "a damaged HDF5 file",
    "model.h5",
    () => Buffer.from("\x89HDF\r\n\x1a\n0000", "latin1"),
    /expected HDF5 with a lengths of at most 8 bytes.*save it again/,
  ],
  [
    "a truncated GGUF file",
    "model.gguf",
    () => "GGUF\x03\x00\x00\x00",
    /is truncated: expected at least 24 bytes, got 8/,
  ],
  ["a text", "notes.txt", () => "dear diary", readable],
  [
    "an .npy of Python objects",
    "objects.npy",
    () => npyOf("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", new Uint8Array(24)),
    /pickled objects are never loaded/,
  ],
];

/** Has node say at its end how much memory it took, in KB. */
const sayMemory = [
  "--import",
  "data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))",
];

/** Analyses something that can't be; gives what was said. */
function failure(path: string): { code: number | null; message: string } {
  const { code, stdout, stderr } = runMarchenko(["analyze", path], {
    nodeOptions: sayMemory,
    timeout: 30_000,
  });
  expect(stdout).toBe("");
  const [, message, peak] = /^(.*)peak (\d+)\n$/s.exec(stderr)!;
  expect(Number(peak)).toBeLessThan(500 * 1024);
  expect(message).toMatch(/^marchenko: /);
  expect(message).not.toMatch(/^\s+at |\bbug\b|undefined|\[object/m);
  return { code, message: message! };
}

test.each(refused)("%s is refused with exit 3", async (_, name, content, expected) => {
  const path = join(folder, name);
  writeFileSync(path, await content());
  const { code, message } = failure(path);
  expect(code).toBe(3);
  expect(message).toContain(name);
  expect(message).toMatch(expected);
});

test("a format that is not read says which are", () => {
  const { message } = failure(join(folder, "notes.txt"));
  expect(message).toMatch(readable);
});

test("a header of 100 MB in a file that has them takes little memory", () => {
  const path = join(folder, "long-header.safetensors");
  const file = openSync(path, "w");
  writeSync(file, littleEndian(99_999_999));
  writeSync(file, "{");
  ftruncateSync(file, 8 + 99_999_999);
  closeSync(file);
  expect(failure(path).code).toBe(3);
});

test("a path that does not exist is told with names like it", () => {
  writeFileSync(join(folder, "model.safetensors"), whole);
  const { code, message } = failure(join(folder, "modle.safetensors"));
  expect(code).toBe(3);
  expect(message).toMatch(/does not exist.*Did you mean model\.safetensors/s);
});

test("a path of no characters is said to be empty", () => {
  const { code, message } = failure("");
  expect(code).toBe(3);
  expect(message).toMatch(/^marchenko: the path is empty: /);
});

test("a header of 60 MB of brackets is refused in little memory", () => {
  const path = join(folder, "brackets.safetensors");
  const length = 60_000_000;
  writeFileSync(path, safetensorsOf(`{"a":${"[".repeat(length - 6)}{`, 0));
  const { code, message } = failure(path);
  expect(code).toBe(3);
  expect(message).toMatch(/nest at most 2 deep/);
});

test("a tensor of terabytes in a sparse file is refused with its size, the limit and what to do", () => {
  const path = join(folder, "sparse.safetensors");
  const bytes = 2 ** 42;
  const big = { dtype: "F32", shape: [2 ** 20, 2 ** 20], data_offsets: [0, bytes] };
  const header = safetensorsOf({ big }, 0);
  const file = openSync(path, "w");
  writeSync(file, header);
  ftruncateSync(file, header.length + bytes);
  closeSync(file);
  const { code, message } = failure(path);
  expect(code).toBe(3);
  expect(message).toMatch(/tensor "big" is too large to hold: .* 4\.4 TB of memory, and .* most .*--exclude/);
});

test.each(["empty", "no-models"])("a folder without a model (%s) has nothing to analyse", (name) => {
  const path = join(folder, name);
  mkdirSync(path);
  if (name === "no-models") writeFileSync(join(path, "README.md"), "# Nothing");
  const { code, message } = failure(path);
  expect(code).toBe(5);
  expect(message).toMatch(/has no model: expected .*safetensors.*found none/s);
});

test("a model of integers alone has nothing to analyse, and says what a weight matrix is", () => {
  const path = join(folder, "integers.safetensors");
  const ids = { dtype: "I64", shape: [4, 4], data_offsets: [0, 128] };
  writeFileSync(path, safetensorsOf({ ids }, 128));
  const { code, message } = failure(path);
  expect(code).toBe(5);
  expect(message).toMatch(/1 integer.*a tensor of floats with two or more axes/s);
});

test.skipIf(isRoot)("a folder and a file without permission to read are refused with exit 3", () => {
  const locked = join(folder, "locked");
  mkdirSync(locked);
  writeFileSync(join(locked, "model.safetensors"), whole);
  chmodSync(join(locked, "model.safetensors"), 0);
  expect(failure(join(locked, "model.safetensors")).code).toBe(3);
  chmodSync(locked, 0);
  const { code, message } = failure(locked);
  chmodSync(locked, 0o700);
  expect(code).toBe(3);
  expect(message).toMatch(/permission/i);
});
