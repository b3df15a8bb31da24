/** The section of a module's imports, and the kind of an imported memory, in WebAssembly's binary format. */
const importSection = 2;
const memoryKind = 2;
/** Of 4 GiB, which a memory that threads share has to declare: flags, no page at first, 65536 at most. */
const sharedLimits = [3, 0, 0x80, 0x80, 0x04];

/** A whole number of 7 bits a byte, low ones first, and where it ends. */
function numberAt(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}

function asNumber(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...asNumber(value >>> 7)];
}

/** Where the limits of the imported memory stand. */
function limitsOf(bytes: Uint8Array, section: number): [start: number, end: number] {
  let [count, at] = numberAt(bytes, section);
  for (; count > 0; count--) {
    // Two names, then what is imported by them.
    for (let name = 0; name < 2; name++) {
      const [length, start] = numberAt(bytes, at);
      at = start + length;
    }
    const kind = bytes[at++];
    if (kind === memoryKind) {
      const hasMost = bytes[at] === 1;
      const [, afterLeast] = numberAt(bytes, at + 1);
      return [at, hasMost ? numberAt(bytes, afterLeast)[1] : afterLeast];
    }
    [, at] = numberAt(bytes, at); // a function, by the number of its type
  }
  throw new Error("a kernel's binary imports no memory");
}

function joined(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * A kernel's binary for a memory that threads share: the same code, but for the limits of the memory that it imports.
 *
 * @param bytes - of a module that imports functions and a memory.
 * @source WebAssembly Core Specification 2.0, section 5.5 (modules); threads proposal (limits with flag 3).
 */
export function sharedBinary(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  for (let at = 8; at < bytes.length; ) {
    const [length, start] = numberAt(bytes, at + 1);
    if (bytes[at] === importSection) {
      const [limits, end] = limitsOf(bytes, start);
      const grown = asNumber(length + sharedLimits.length - (end - limits));
      return joined([
        bytes.subarray(0, at + 1),
        grown,
        bytes.subarray(start, limits),
        sharedLimits,
        bytes.subarray(end),
      ]);
    }
    at = start + length;
  }
  throw new Error("a kernel's binary imports nothing");
}
