import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ByteSource, memorySource } from "../../src/checkpoint/byte-source.ts";
import { formats } from "../../src/checkpoint/formats.ts";
import { readSafetensorsHeader } from "../../src/checkpoint/safetensors-header.ts";
import { safetensorsSharded } from "../../src/checkpoint/safetensors-index.ts";
import { survive } from "../conformance/format.ts";
import { safetensorsOf } from "./written-files.ts";

/** A header as long as a large model's, which costs its sender a few compressed bytes. */
const headerBytes = 60_000_000;

/** A file whose header starts and ends as given and is filled with a unit repeated. */
function filled(start: string, unit: string, end: string): Uint8Array {
  const bytes = Buffer.alloc(8 + headerBytes, unit);
  bytes.writeBigUInt64LE(BigInt(headerBytes), 0);
  bytes.write(start, 8);
  bytes.write(end, 8 + headerBytes - end.length);
  return bytes;
}

/** A file whose header has the members that are made, as many as fit. */
function membersOf(open: string, make: (i: number) => string, close: string): Uint8Array {
  const members: string[] = [];
  for (let i = 0, length = 0; length < headerBytes; i++) {
    members.push(make(i));
    length += members[i]!.length + 1;
  }
  return safetensorsOf(open + members.join(",") + close, 0);
}

/** Without a copy, so that what is measured is the reader's own. */
function viewOf(bytes: Uint8Array, name: string): ByteSource {
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return { ...memorySource(bytes, name), read };
}

/** Seconds of processor time for 60 MB: a pass over them takes some tenths, a quadratic one hours. */
const seconds = 4;

/** What is said, how much processor time it took and how many MB, beside the header itself. */
async function refusal(open: () => Promise<unknown>) {
  const memory = process.memoryUsage();
  const start = process.cpuUsage();
  const message = await open().then(
    () => "read",
    (error: Error) => error.message,
  );
  const { user, system } = process.cpuUsage(start);
  const now = process.memoryUsage();
  const grown = now.heapUsed + now.external - memory.heapUsed - memory.external;
  return { message, taken: (user + system) / 1e6, megabytes: grown / 1e6 };
}

const headers: Readonly<Record<string, readonly [file: () => Uint8Array, message: RegExp]>> = {
  "brackets in brackets": [
    () => filled('{"a":', "[", "{"),
    /nest at most 2 deep, got a deeper one at byte 8/,
  ],
  "objects in objects": [() => filled('{"a":{"b":{"c":', '{"d":', "{"), /nest at most 2 deep/],
  "one endless name": [() => filled('{"', "a", '":{}}'), /names of at most 24578 bytes, got a longer one/],
  "a name of escapes": [() => filled('{"', '\\"', '":{}}'), /names of at most/],
  "an endless shape": [() => filled('{"a":{"shape":[', "1,", "1]}}"), /values of at most 8192 bytes/],
  "an endless dtype": [() => filled('{"a":{"dtype":"', "F", '"}}'), /values of at most 8192 bytes/],
  "metadata of lists": [
    () => filled('{"__metadata__":{"a":[', "[],", "[]]}}"),
    /maps strings to strings|nest/,
  ],
  "millions of empty tensors": [() => membersOf("{", (i) => `"${i}":{}`, "}"), /at most 1048576 tensors/],
  "millions of tensors without entries": [
    () => membersOf("{", (i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, "}"),
    /at most 1048576 tensors/,
  ],
  "millions of metadata": [
    () => membersOf('{"__metadata__":{', (i) => `"${i}":""`, "}}"),
    /at most 65536 texts of __metadata__/,
  ],
};

describe("a safetensors header of 60 MB is refused soon and without memory when it has", () => {
  for (const [what, [file, expected]] of Object.entries(headers)) {
    it(what, async () => {
      const source = viewOf(file(), "m.safetensors");
      const { message, taken, megabytes } = await refusal(() => readSafetensorsHeader(source));
      expect(message).toMatch(expected);
      expect(message.length).toBeLessThan(600);
      expect(taken).toBeLessThan(seconds);
      expect(megabytes).toBeLessThan(100);
    });
  }
});

describe("a shard index of 60 MB is refused soon and without memory when it has", () => {
  const name = "model.safetensors.index.json";
  const indexes: Readonly<Record<string, () => Uint8Array>> = {
    "brackets in brackets": () => filled('{"weight_map":', "[", "{").subarray(8),
    "brackets in its metadata": () => filled('{"metadata":', "[", "{").subarray(8),
    "one endless name": () => filled('{"weight_map":{"', "a", '":"b"}}').subarray(8),
    "endless shard names": () => filled('{"weight_map":{"a":"', "a", '"}}').subarray(8),
  };
  for (const [what, file] of Object.entries(indexes)) {
    it(what, async () => {
      const bytes = file();
      const surroundings = { files: [name], open: async () => null };
      const { message, taken, megabytes } = await refusal(() =>
        safetensorsSharded.open(viewOf(bytes, name), surroundings),
      );
      expect(message).toMatch(/^model\.safetensors\.index\.json: expected .*, got /);
      expect(taken).toBeLessThan(seconds);
      expect(megabytes).toBeLessThan(100);
    });
  }
});

describe("a safetensors header is read", () => {
  const read = (header: string, data = 0) =>
    readSafetensorsHeader(memorySource(safetensorsOf(header, data), "m.safetensors"));

  it("with white space wherever JSON lets it stand", async () => {
    const { entries, metadata } = await read(
      '{ "__metadata__" : { "a" : "b" , "c":"" } ,\n"w"\t: {"dtype" : "U8", "shape": [ 2 ], "data_offsets":[0 ,2] } }   ',
      2,
    );
    expect(entries).toMatchObject([{ name: "w", dtype: "U8", shape: [2] }]);
    expect(metadata).toEqual({ a: "b", c: "" });
  });

  it("with one text of many megabytes in its metadata", async () => {
    const text = "x".repeat(20_000_000);
    expect((await read(`{"__metadata__":{"a":"${text}"}}`)).metadata.a).toHaveLength(text.length);
  });

  it("with a name of escapes, quotes and brackets", async () => {
    const name = '"}]\\{[,: é\u0001';
    const field = { dtype: "U8", shape: [], data_offsets: [0, 1] };
    expect((await read(JSON.stringify({ [name]: field }), 1)).entries[0]!.name).toBe(name);
  });

  it("and refused with a tensor twice, metadata twice, a comma too many or too few", async () => {
    const field = '{"dtype":"U8","shape":[0],"data_offsets":[0,0]}';
    await expect(read(`{"a":${field},"a":${field}}`)).rejects.toThrow(/each tensor once, got "a" twice/);
    await expect(read('{"__metadata__":{},"__metadata__":{}}')).rejects.toThrow(/__metadata__ once/);
    for (const header of [
      `{"a":${field},}`,
      `{"a":${field} "b":${field}}`,
      `{,"a":${field}}`,
      `{"a" ${field}}`,
      `{"a":${field}`,
      `{"a":}`,
      `{"a":1 2}`,
      `{"a":[}]}`,
      `{"a":"\\`,
      `{a:1}`,
    ]) {
      await expect(read(header), header).rejects.toThrow(/expected .*, got .*The file is damaged/);
    }
  });
});

it("any JSON as a safetensors header is met by an error of this package, or by none", async () => {
  const safetensors = formats.find(({ id }) => id === "safetensors")!;
  const strange = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(
      fc.string(),
      fc.record(
        {
          dtype: fc.oneof(fc.constantFrom("F32", "BF16", "I64", "F4"), fc.jsonValue()),
          shape: fc.oneof(fc.array(fc.oneof(fc.nat(9), fc.maxSafeInteger())), fc.jsonValue()),
          data_offsets: fc.oneof(fc.array(fc.oneof(fc.nat(64), fc.maxSafeInteger())), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(strange, fc.nat(64), async (header, length) => {
      const bytes = safetensorsOf(header, length);
      const error = await survive(safetensors, new Map([["m.safetensors", bytes]]));
      if (error) expect(error.message.length).toBeLessThan(6000);
    }),
    { seed: 20240301, numRuns: 1500, endOnFailure: true },
  );
});
