import fc from "fast-check";
import { expect, test } from "vitest";
import { input } from "../../src/autodiff/leaves.ts";
import { broadcastTo, sum } from "../../src/autodiff/ops/broadcasting.ts";
import { linear } from "../../src/autodiff/ops/linear.ts";
import { softmax } from "../../src/autodiff/ops/softmax.ts";
import { FreeList } from "../../src/backends/wasm/free-list.ts";
import { sharedAreas } from "../../src/backends/wasm/shared-areas.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { bestVariant } from "../../src/kernels/kernels.ts";

test("an area lasts as long as anyone holds it, and what is given back by all is free", () => {
  const steps = fc.array(fc.record({ bytes: fc.nat(5000), gives: fc.boolean(), which: fc.nat(100) }));
  fc.assert(
    fc.property(steps, (each) => {
      const list = new FreeList(0);
      const lengths = new Map<number, number>();
      const areas = sharedAreas({
        take(bytes) {
          const address = list.take(bytes);
          lengths.set(address, bytes);
          return address;
        },
        give(address) {
          lengths.delete(address);
          list.give(address);
        },
      });
      const held: { address: number; bytes: number }[] = [];
      for (const { bytes, gives, which } of each) {
        if (gives && held.length > 0) areas.give(held.splice(which % held.length, 1)[0]!.address);
        else held.push({ address: areas.take(bytes), bytes });
        for (const area of held) expect(lengths.get(area.address)).toBeGreaterThanOrEqual(area.bytes);
      }
      for (const { address } of held) areas.give(address);
      expect(list.end).toBe(0);
      expect(() => areas.give(0)).toThrow(RangeError);
    }),
  );
});

test("a smaller need takes no memory of its own", () => {
  const list = new FreeList(0);
  const areas = sharedAreas({ take: (bytes) => list.take(bytes), give: (address) => list.give(address) });
  const large = areas.take(1e6);
  const end = list.end;
  expect([areas.take(1e6), areas.take(10), areas.take(1.01e6)]).toEqual([large, large, large]);
  expect(list.end).toBe(end);
});

test.skipIf(bestVariant() === null)("plans that share their memory don't disturb each other", async () => {
  const backend = await wasmBackend();
  const x = input("x", []);
  // 0.4 GB each and 16 GB in all: that 4 GiB suffice shows that they share.
  const wide = softmax(broadcastTo(linear(x, 2), [10_000, 10_000]));
  const plans = [];
  for (let i = 0; i < 40; i++) {
    plans.push(await backend.compile({ outputs: { y: sum(wide) } }, new Map()));
  }
  const small = await Promise.all(
    [1, 2, 3].map((factor) =>
      backend.compile({ outputs: { y: broadcastTo(linear(x, factor), [3]) } }, new Map()),
    ),
  );
  for (const plan of plans) plan.dispose();
  const runs = [0, 1, 2, 1, 0].map((place) => small[place]!.run({ x: place + 1 }));
  const results = (await Promise.all(runs)).map(({ y }) => Array.from(y!));
  expect(results).toEqual([1, 4, 9, 4, 1].map((each) => [each, each, each]));
  await backend.dispose();
});
