import fc from "fast-check";
import { expect, test } from "vitest";
import { IntervalUnion } from "../../src/backends/wasm/interval-union.ts";

test("it holds exactly the places that were added", () => {
  const interval = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 8 }));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 12 }), interval, (added, [start, length]) => {
      const union = new IntervalUnion();
      const places = new Set<number>();
      for (const [from, count] of added) {
        union.add(from, from + count);
        for (let i = 0; i < count; i++) places.add(from + i);
      }
      const asked = Array.from({ length }, (_, i) => start + i);
      expect(union.meets(start, start + length)).toBe(asked.some((place) => places.has(place)));
    }),
  );
});
