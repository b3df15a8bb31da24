import { describe, expect, test } from "vitest";
import { quantileAt } from "../../src/report/charts/quantile-at.ts";
import { quantileView } from "../../src/report/charts/quantile-view.ts";
import { tailView } from "../../src/report/charts/tail-view.ts";
import { exampleResult } from "./example-result.ts";

const layers = exampleResult().checkpoints[0]!.layers.filter(({ spectrum }) => spectrum !== null);
const named = (name: string) => structuredClone(layers.find(({ layer }) => layer === name)!);

describe("the upper tail", () => {
  test.each(layers.map(({ layer }) => layer))("of %s never rises, from the largest eigenvalue on", (name) => {
    const layer = named(name);
    const { points } = tailView(layer, layer.spectrum!)!;
    const larger = Math.max(layer.spectrum!.rows, layer.spectrum!.columns);
    // Four digits are kept of each number.
    expect(points[0]![0] / (layer.spectrum!.top[0]! ** 2 / larger)).toBeCloseTo(1, 3);
    expect(points[0]![1] * layer.spectrum!.count).toBeCloseTo(1, 2);
    for (const [i, [x, y]] of points.slice(1).entries()) {
      expect(x).toBeLessThanOrEqual(points[i]![0]);
      expect(y).toBeGreaterThan(points[i]![1]);
    }
  });

  test("has the fitted law as a line of slope 1 - alpha over the fitted range", () => {
    const layer = named("blocks.0.attn.q.weight");
    const xmin = quantileAt(layer.spectrum!.quantiles, 0.5);
    Object.assign(layer.powerLaw!, { alpha: 2.5, xmin, tailCount: 64, reliable: true });
    const { line, fitted, isWeak, sentence } = tailView(layer, layer.spectrum!)!;
    const [[x0, y0], [x1, y1]] = line as [[number, number], [number, number]];
    expect(Math.log(y1 / y0) / Math.log(x1 / x0)).toBeCloseTo(-1.5, 2);
    expect(fitted).toEqual([x0, x1]);
    expect(isWeak).toBe(false);
    expect(sentence).toContain("64 eigenvalues from");
    Object.assign(layer.powerLaw!, { reliable: false, reason: "it is only noise" });
    expect(tailView(layer, layer.spectrum!)).toMatchObject({ isWeak: true });
    expect(tailView(layer, layer.spectrum!)!.sentence).toContain("does not hold: it is only noise.");
  });
});

describe("quantiles against the law", () => {
  test("lie on the diagonal for noise, outliers taken out, and far from it where the law is rejected", () => {
    const distance = (name: string) => {
      const layer = named(name);
      const { points } = quantileView(layer, layer.spectrum!)!;
      return Math.max(...points.map(([x, y]) => Math.abs(y - x))) / layer.marchenkoPastur!.lambdaPlus!;
    };
    // 128 eigenvalues of noise of 384 by 128, three of them planted: the fluctuation of a quantile is of order 1/128.
    expect(distance("blocks.0.mlp.fc_in.weight")).toBeLessThan(0.04);
    expect(distance("wte.weight")).toBeGreaterThan(0.1);
  });

  test("are not drawn without a fit", () => {
    const layer = named("blocks.0.attn.q.weight");
    layer.marchenkoPastur!.lambdaPlus = null;
    expect(quantileView(layer, layer.spectrum!)).toBeNull();
    layer.marchenkoPastur = null;
    expect(quantileView(layer, layer.spectrum!)).toBeNull();
  });
});
