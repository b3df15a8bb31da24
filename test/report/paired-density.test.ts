import { expect, test } from "vitest";
import { pairedDensity } from "../../src/report/charts/paired-density.ts";
import { comparisonPage } from "../../src/report/comparison/comparison-page.ts";
import { exampleComparison } from "./example-comparison.ts";
import { exampleLayer } from "./example-layer.ts";

const layer = (spikes: number[]) =>
  exampleLayer({
    ...{ name: "w", role: "mlp-in", block: null, depth: 0, rows: 256, columns: 128, scale: 0.1, spikes },
    ...{ verdict: "noise-like", evidence: "", pValue: 0.4 },
  });

/** Area under a step line of a chart, on its own axis. */
function areaOf(spec: unknown, nth: number): number {
  const { layer: parts } = spec as {
    layer: { data: { values: { x: number; y: number }[] }; encoding: { x: { scale: { type: string } } } }[];
  };
  const { data, encoding } = parts[nth]!;
  const at = encoding.x.scale.type === "log" ? Math.log : Number;
  return data.values.slice(1).reduce((sum, { x, y }, i) => sum + y * (at(x) - at(data.values[i]!.x)), 0);
}

test.each([
  ["a linear axis", [2]],
  ["a logarithmic one", [9]],
])("two densities on %s have the areas of the shares that it shows", (_, spikes) => {
  const [a, b] = [layer([]), layer(spikes)];
  const { spec, beyond } = pairedDensity(a.spectrum!, b.spectrum!, b.marchenkoPastur!.lambdaPlus);
  // Five digits are kept of each number.
  expect(areaOf(spec, 0)).toBeCloseTo(1 - beyond[1], 3);
  expect(areaOf(spec, 1)).toBeCloseTo(1 - beyond[0], 3);
});

test("a layer that moved has the densities of both sides beside that of the change, and one that did not has none", async () => {
  const result = exampleComparison();
  const page = await comparisonPage(result);
  const cards = page.split('class="card"').slice(1);
  for (const [place, { state }] of result.layers.entries()) {
    expect(cards[place]!.includes("Eigenvalues of A (line) and of B (filled)")).toBe(state === "moved");
  }
  // A result of before they were kept is drawn without.
  for (const each of result.layers) delete each.spectra;
  expect(await comparisonPage(result)).not.toContain("of A (line)");
});
