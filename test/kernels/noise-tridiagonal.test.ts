import { expect, test } from "vitest";
import { bestVariant } from "../../src/kernels/kernels.ts";
import { noiseTridiagonal } from "../../src/kernels/noise-tridiagonal.ts";
import { randomStream } from "../../src/linalg/random.ts";

test.skipIf(!bestVariant())("a kernel draws noise as the stream does, bit for bit", () => {
  const spares = new Set<string>();
  for (const [larger, smaller] of [
    [1, 1],
    [2, 2],
    [7, 3],
    [300, 300],
    [5000, 129],
  ] as const) {
    // With a spare normal from a draw before, and without.
    for (const before of [0, 1, 2, 3, 4, 5]) {
      const [kernels, own] = [randomStream(before, ["draws"]), randomStream(before, ["draws"])];
      for (let i = 0; i < before; i++) expect(kernels.normal()).toBe(own.normal());
      const [diagonal, squares] = [new Float64Array(smaller), new Float64Array(smaller)];
      const hasSpare = () => !Number.isNaN(kernels.position().spare);
      const had = hasSpare();
      noiseTridiagonal(kernels, 1.5, larger, diagonal, squares);
      spares.add(`${had} ${hasSpare()}`);
      let [on, above] = [1.5, 0];
      for (let i = 0; i < smaller; i++) {
        if (i > 0) on = own.chiSquared(larger - i) / larger;
        expect(diagonal[i]).toBe(on + above);
        above = i < smaller - 1 ? own.chiSquared(smaller - 1 - i) / larger : 0;
        expect(squares[i]).toBe(on * above);
      }
      expect([kernels.normal(), kernels.uniform()]).toEqual([own.normal(), own.uniform()]);
    }
  }
  expect(spares).toEqual(new Set(["false false", "false true", "true false", "true true"]));
});
