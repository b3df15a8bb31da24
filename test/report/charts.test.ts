import { describe, expect, test } from "vitest";
import { densityData } from "../../src/report/charts/density-data.ts";
import { depthProfile, placeLayers } from "../../src/report/charts/depth-profile.ts";
import { eigenvalueDensity } from "../../src/report/charts/eigenvalue-density.ts";
import { chartPalette } from "../../src/report/charts/palette.ts";
import { renderChart } from "../../src/report/charts/render-chart.ts";
import { spectrumMass } from "../../src/report/charts/spectrum-mass.ts";
import { trajectory } from "../../src/report/charts/trajectory.ts";
import { columnOf } from "../../src/report/columns.ts";
import { densitySentence } from "../../src/report/page/density-sentence.ts";
import { exampleResult, exampleSeries } from "./example-result.ts";

const layers = exampleResult().checkpoints[0]!.layers;
const analysed = layers.filter((layer) => layer.spectrum !== null);
const named = (name: string) => layers.find((layer) => layer.layer === name)!;
const dataOf = (name: string) => densityData(named(name).spectrum!, named(name).marchenkoPastur);

describe("the density of a layer", () => {
  test.each(analysed.map((layer) => layer.layer))("holds all eigenvalues of %s", (name) => {
    const data = dataOf(name);
    const place = (x: number) => (data.axis === "log" ? Math.log(x) : x);
    const area = data.bars
      .slice(0, -1)
      .reduce((sum, bar, i) => sum + bar.y * (place(data.bars[i + 1]!.x) - place(bar.x)), 0);
    expect(area + data.beyond + data.below).toBeCloseTo(1, 9);
  });

  test("counts the stored largest singular values one by one", () => {
    const spectrum = named("blocks.0.mlp.fc_out.weight").spectrum!;
    const mass = spectrumMass(spectrum);
    const eigenvalues = spectrum.top.map((value) => value ** 2 / 384);
    expect(mass.largest).toBe(eigenvalues[0]);
    expect(mass.between(eigenvalues[3]! * 1.0001, Number.POSITIVE_INFINITY)).toBeCloseTo(3 / 128, 12);
  });

  test("scales the law to the share of the bulk", () => {
    const { curve, axis } = dataOf("blocks.0.mlp.fc_in.weight");
    expect(axis).toBe("linear");
    const area = curve
      .slice(1)
      .reduce((sum, point, i) => sum + ((point.y + curve[i]!.y) / 2) * (point.x - curve[i]!.x), 0);
    expect(area).toBeCloseTo(125 / 128, 2); // three spikes; the trapezoid rule gives two digits
  });

  test("has a logarithmic axis only when an outlier is more than 8 edges away", () => {
    for (const layer of analysed) {
      const far = 1 / layer.marchenkoPastur!.softRank > 8;
      expect(dataOf(layer.layer).axis).toBe(far ? "log" : "linear");
    }
    expect(analysed.filter((layer) => dataOf(layer.layer).axis === "log").length).toBeGreaterThan(0);
  });

  test("leaves an outlier beyond a linear axis to the sentence, and counts it", () => {
    const layer = structuredClone(named("blocks.0.mlp.fc_in.weight"));
    layer.spectrum!.top[0] = Math.sqrt(5 * layer.marchenkoPastur!.lambdaPlus! * 384);
    layer.marchenkoPastur!.spikes[0]!.singularValue = layer.spectrum!.top[0];
    const data = densityData(layer.spectrum!, layer.marchenkoPastur);
    expect(data.spikes).toHaveLength(2);
    expect(densitySentence(layer, data)).toContain("1 of 128 eigenvalues lies beyond the right end");
    expect(data.beyond).toBeCloseTo(1 / 128, 9);
  });

  test("dashes the law where it is rejected", () => {
    const text = (rejected: boolean) => JSON.stringify(eigenvalueDensity(dataOf("wte.weight"), { rejected }));
    expect(text(true)).toContain("[6,4]");
    expect(text(false)).not.toContain("[6,4]");
  });
});

describe("a rendered chart", () => {
  test.each(analysed.map((layer) => layer.layer))("of %s takes at most 8 KB", async (name) => {
    const svg = await renderChart(eigenvalueDensity(dataOf(name), { rejected: false }), "x");
    expect(svg.length).toBeLessThanOrEqual(8192);
  });

  test("has the same bytes each time in one process, no ids and no links", async () => {
    const spec = () => eigenvalueDensity(dataOf("wte.weight"), { rejected: true });
    const first = await renderChart(spec(), "x");
    expect(await renderChart(spec(), "x")).toBe(first);
    expect(first).not.toMatch(/\b(?:id|href|clip-path|class="mark)\b/);
  });

  test("takes every colour from the page", async () => {
    const svg = await renderChart(eigenvalueDensity(dataOf("wte.weight"), { rejected: false }), "x");
    expect(svg).not.toMatch(/#[0-9a-f]{3,6}\b|black|white/);
    for (const name of ["chart-bulk", "chart-law", "chart-spike"]) expect(svg).toContain(`var(--${name})`);
  });

  test("speaks its finding", async () => {
    const svg = await renderChart(eigenvalueDensity(dataOf("wte.weight"), { rejected: false }), 'a "b" <c>');
    expect(svg).toMatch(/^<svg class="chart" role="img" aria-label="a &quot;b&quot; &lt;c&gt;" /);
  });
});

test("no two colours of the palette share a light value, which is how they are told apart", () => {
  const light = Object.values(chartPalette).map((color) => color.light);
  expect(new Set(light).size).toBe(light.length);
});

describe("the depth profile", () => {
  test("places layers by block and leaves out those without one", () => {
    const { placed, axis } = placeLayers(layers);
    expect(axis).toBe("block");
    expect(placed).toHaveLength(10);
  });

  test("places layers by their order when no depth is known", () => {
    const { placed, axis } = placeLayers(layers.map((layer) => ({ ...layer, depth: null })));
    expect(axis).toBe("order");
    expect(placed.map((each) => each.place)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });

  test("shows the noise range of the ratio, and hollow points where the fit is rejected", () => {
    const { placed, axis } = placeLayers(layers);
    const ratio = JSON.stringify(depthProfile(placed, axis, columnOf("concentration.ratio")));
    expect(ratio.match(/"low":\d/g)!.length).toBe(30); // ranges, lines and points
    expect(ratio).not.toContain('"hollow":true');
    const spikes = JSON.stringify(depthProfile(placed, axis, columnOf("metrics.spikeCount")));
    expect(spikes).toContain('"hollow":true');
  });

  test("is left out for a metric that no layer has", () => {
    const { placed, axis } = placeLayers(layers);
    expect(depthProfile(placed, axis, columnOf("metrics.participationRatio"))).toBeNull();
  });
});

describe("trajectories", () => {
  const series = exampleSeries();
  const last = series.checkpoints.at(-1)!;

  test("draw steps spaced by powers on a logarithmic axis that holds step 0", () => {
    const spec = trajectory(series.trajectories!, last.layers, {
      id: "metrics.stableRank",
      title: "stable rank",
    });
    const text = JSON.stringify(spec);
    expect(text).toContain('"type":"symlog"');
    expect(text).toContain('"values":[0,100,1000]');
  });

  test("are left out for a metric without values", () => {
    expect(trajectory(series.trajectories!, last.layers, { id: "metrics.none", title: "none" })).toBeNull();
  });
});
