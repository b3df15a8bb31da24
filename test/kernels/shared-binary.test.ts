import { expect, test } from "vitest";
import { binary as decoding } from "../../src/kernels/generated/decoding.ts";
import { binary as plain } from "../../src/kernels/generated/plain.ts";
import { sharedBinary } from "../../src/kernels/shared-binary.ts";

const bytesOf = (binary: string) => Uint8Array.from(Buffer.from(binary, "base64"));
const importing = { env: { abort: () => {} }, Math: { log: Math.log, pow: Math.pow } };

test.each([
  ["plain", plain],
  ["decoding", decoding],
])("a binary for a shared memory takes one, and no other, and exports the same: %s", (_, binary) => {
  const own = new WebAssembly.Module(bytesOf(binary));
  const shared = new WebAssembly.Module(sharedBinary(bytesOf(binary)));
  expect(WebAssembly.Module.exports(shared)).toEqual(WebAssembly.Module.exports(own));
  expect(WebAssembly.Module.imports(shared)).toEqual(WebAssembly.Module.imports(own));
  const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory) =>
    new WebAssembly.Instance(module, { ...importing, env: { ...importing.env, memory } });
  const threads = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const alone = new WebAssembly.Memory({ initial: 1 });
  expect(() => instantiate(shared, threads)).not.toThrow();
  expect(() => instantiate(shared, alone)).toThrow(WebAssembly.LinkError);
  expect(() => instantiate(own, threads)).toThrow(WebAssembly.LinkError);
});

test("a binary that has a maximum already gets another; one without a memory is an error", () => {
  // A module of nothing but one import, "a" "b": a memory of 1 to 2 pages.
  const header = [0, 97, 115, 109, 1, 0, 0, 0];
  const bounded = Uint8Array.from([...header, 2, 9, 1, 1, 97, 1, 98, 2, 1, 1, 2]);
  const module = new WebAssembly.Module(sharedBinary(bounded));
  const memory = new WebAssembly.Memory({ initial: 0, maximum: 65536, shared: true });
  expect(() => new WebAssembly.Instance(module, { a: { b: memory } })).not.toThrow();
  expect(() => sharedBinary(Uint8Array.from(header))).toThrow("imports nothing");
  const withoutMemory = [...header, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0];
  expect(() => sharedBinary(Uint8Array.from(withoutMemory))).toThrow("imports no memory");
});
