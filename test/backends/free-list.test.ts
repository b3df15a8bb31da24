import fc from "fast-check";
import { expect, test } from "vitest";
import { alignment, FreeList } from "../../src/backends/wasm/free-list.ts";

test("areas are aligned and never overlap, and when all are given back nothing is left", () => {
  const steps = fc.array(fc.record({ bytes: fc.nat(2000), gives: fc.boolean(), which: fc.nat(100) }));
  fc.assert(
    fc.property(steps, (each) => {
      const start = 128;
      const list = new FreeList(start);
      const taken: { start: number; end: number }[] = [];
      for (const { bytes, gives, which } of each) {
        if (gives && taken.length > 0) {
          const [area] = taken.splice(which % taken.length, 1);
          list.give(area!.start);
          continue;
        }
        const address = list.take(bytes);
        const area = { start: address, end: address + Math.max(1, bytes) };
        expect(address % alignment).toBe(0);
        expect(address).toBeGreaterThanOrEqual(start);
        expect(list.end).toBeGreaterThanOrEqual(area.end);
        expect(list.farthest).toBeGreaterThanOrEqual(list.end);
        expect(taken.every((other) => other.end <= area.start || other.start >= area.end)).toBe(true);
        taken.push(area);
      }
      for (const area of taken) list.give(area.start);
      expect(list.end).toBe(start);
    }),
  );
});

test("what fits into a gap takes it; what was not taken can't be given", () => {
  const list = new FreeList(0);
  const [a, b, c] = [list.take(640), list.take(64), list.take(64)];
  list.give(a);
  expect(list.take(100)).toBe(a);
  expect(list.take(64)).toBe(a + 128);
  expect(list.end).toBe(c + 64);
  expect(() => list.give(b + 64 * 100)).toThrow(/nothing was taken/);
});
