import { deflateRawSync, crc32 as nodeCrc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32 } from "../../src/checkpoint/crc32.ts";
import { inflate, inflateByStream } from "../../src/checkpoint/inflate.ts";

const bytes = fc.uint8Array({ maxLength: 5000 });

async function* piecesOf(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < data.length; start += size) yield data.slice(start, start + size);
}

/** All that comes out, or until so many bytes have. */
async function inflated(way: typeof inflate, pieces: AsyncGenerator<Uint8Array>, enough = Infinity) {
  const parts: Uint8Array[] = [];
  let length = 0;
  await way(pieces, (piece) => {
    parts.push(piece.slice());
    length += piece.length;
    return length >= enough;
  });
  return new Uint8Array(Buffer.concat(parts));
}

test("the check sum is zlib's, of the whole and piece after piece", () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(crc32(a)).toBe(nodeCrc32(a));
      expect(crc32(b, crc32(a))).toBe(nodeCrc32(Buffer.concat([a, b])));
    }),
  );
});

test("browsers' streams inflate to what zlib does, in pieces of any size", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 700 }), async (data, size) => {
      const packed = new Uint8Array(deflateRawSync(data));
      expect(await inflated(inflateByStream, piecesOf(packed, size))).toEqual(data);
      expect(await inflated(inflate, piecesOf(packed, size))).toEqual(data);
    }),
    { numRuns: 50 },
  );
});

test("both stop when there is enough, reject what is cut off, and throw what the taker throws", async () => {
  const packed = new Uint8Array(deflateRawSync(new Uint8Array(1 << 24)));
  for (const way of [inflate, inflateByStream]) {
    expect((await inflated(way, piecesOf(packed, 512), 1000)).length).toBeLessThan(1 << 21);
    await expect(inflated(way, piecesOf(packed.subarray(0, 5000), 512))).rejects.toThrow();
    const refuse = () => {
      throw new RangeError("too long");
    };
    await expect(way(piecesOf(packed, 512), refuse)).rejects.toThrow("too long");
  }
});
