import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { bytesPerEntry, decodeEntries } from "../../src/checkpoint/decode.ts";
import { tensorOf } from "../../src/checkpoint/index.ts";
import { rangedTensor } from "../../src/checkpoint/ranged-tensor.ts";
import { storedBytes } from "../../src/checkpoint/stored-bytes.ts";
import { entryCount, type PlainDtype, type Tensor } from "../../src/checkpoint/tensor.ts";
import { UnreadableInputError } from "../../src/errors.ts";

async function gathered(tensor: Tensor, first?: number, last?: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of storedBytes(tensor, first, last)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

const dtypes = Object.keys(bytesPerEntry) as PlainDtype[];

describe("stored bytes", () => {
  it("are little-endian and row-major, whatever the file's order is: they decode to what is read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...dtypes),
        fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 0, max: 9 }),
        fc.uint8Array({ minLength: 1100, maxLength: 1100 }),
        async (dtype, shape, bigEndian, fortranOrder, offset, bytes) => {
          const source = memorySource(bytes, "w");
          const tensor = rangedTensor(source, {
            ...{ name: "w", dtype, shape, offset, file: "w" },
            ...{ bigEndian, fortranOrder },
          });
          const stored = await gathered(tensor);
          expect(stored.length).toBe(tensor.sizeBytes);
          expect(decodeEntries(stored.slice(), dtype)).toEqual(await tensor.read());
          const [first, last] = [entryCount(shape) >> 2, (entryCount(shape) + 1) >> 1];
          const width = bytesPerEntry[dtype];
          expect(await gathered(tensor, first, last)).toEqual(stored.slice(first * width, last * width));
          if (!bigEndian && !fortranOrder) {
            expect(stored).toEqual(bytes.slice(offset, offset + stored.length));
          }
        },
      ),
      { seed: 21, numRuns: 200 },
    );
  });

  it("of a column-major array of 64-bit integers are moved, not counted", async () => {
    // Row-major 2 x 2 of columns [a, c], [b, d]; none of the four is a double.
    const column = BigUint64Array.of(2n ** 63n + 1n, 2n ** 62n + 3n, 2n ** 61n + 5n, 2n ** 60n + 7n);
    const source = memorySource(new Uint8Array(column.buffer), "w");
    const stored = { name: "w", dtype: "U64", shape: [2, 2], offset: 0, file: "w" } as const;
    const bytes = await gathered(rangedTensor(source, { ...stored, fortranOrder: true }));
    expect([...new BigUint64Array(bytes.buffer)]).toEqual([column[0], column[2], column[1], column[3]]);
  });

  it("are made of the numbers where there are none, and refused where that would change them", async () => {
    const numbers = Float64Array.of(1.5, -0, Number.NaN);
    expect(await gathered(tensorOf("w", [3], numbers))).toEqual(new Uint8Array(numbers.buffer));
    const integers: Tensor = { ...tensorOf("w", [3], numbers), dtype: "I64" };
    await expect(gathered(integers)).rejects.toThrow(UnreadableInputError);
    expect(await gathered(tensorOf("w", [0], new Float32Array(0)))).toEqual(new Uint8Array(0));
  });
});
