import { expect, test } from "vitest";
import type { AnalysisResult, FollowedSpike } from "../../src/analysis/result.ts";
import { mostSpikesDrawn, spikeOverlaps, spikeSizes } from "../../src/report/charts/followed-spikes.ts";
import { renderChart } from "../../src/report/charts/render-chart.ts";
import { sparsityAndNoise } from "../../src/report/charts/sparsity-and-noise.ts";
import { renderReport } from "../../src/report/page/render-page.ts";
import { trajectoryOf } from "../../src/trajectories/trajectory-of.ts";

const layer = "vit.encoder.layer.2.output.dense.weight";
const steps = [0, 100, 200, 400, 800, 1600];
let made: Promise<AnalysisResult> | undefined;

/** The example series, followed, with an activated ratio as a run would have logged it. */
async function followed(): Promise<AnalysisResult> {
  const key = "vit.encoder.layer.0.intermediate.dense.weight";
  const activatedRatio = [0.5, 0.5, 0.48, 0.3, 0.25, 0.2];
  const activatedRatioStandardError = steps.map(() => 0.02);
  made ??= trajectoryOf("data/example-series", {
    measured: [{ layer: key, part: "test", steps, values: { activatedRatio, activatedRatioStandardError } }],
  });
  return structuredClone(await made);
}

/** Closed outlines, and circles, which are two arcs: lines and axes are neither. */
function symbolsIn(svg: string): number {
  const data = Array.from(svg.matchAll(/ d="([^"]*)"/g), ([, each]) => each).join("");
  return (data.match(/z/g) ?? []).length + (data.match(/a/g) ?? []).length / 2;
}

test("the charts of a layer hold its spikes, the edge and what noise leaves", async () => {
  const spikes = (await followed()).followedSpikes!.filter((spike) => spike.layer === layer);
  expect(spikes.length).toBe(2);
  const sizes = spikeSizes(spikes, steps, [2, 2, null, 2, 2, 2])!;
  const marks = await renderChart(sizes, "sizes");
  // A symbol for each point of a spike, and none for the edge.
  const seen = spikes.flatMap(({ points }) => points).length;
  expect(symbolsIn(marks)).toBe(seen);
  const overlaps = await renderChart(spikeOverlaps(spikes, steps)!, "overlaps");
  expect(symbolsIn(overlaps)).toBe(seen - spikes.length);
  expect(spikeSizes(spikes, [0], [2])).toBeNull();
  expect(
    spikeOverlaps(
      spikes.map((spike) => ({ ...spike, points: spike.points.slice(0, 1) })),
      steps,
    ),
  ).toBeNull();
});

test("overlaps that nothing is known to compare with are said to have none", async () => {
  const result = await followed();
  expect(await renderReport(result)).toMatch(/noise alone leaves [\d.]+ and [\d.]+\./);
  for (const { points } of result.followedSpikes!) {
    for (const compared of points.flatMap(({ first, previous }) => [first, previous])) {
      if (compared === null) continue;
      compared.left.expected = null;
      compared.right.expected = null;
    }
  }
  const page = await renderReport(result);
  expect(page).not.toContain("noise alone leaves –");
  expect(page).toContain("what noise alone leaves is not known");
});

test("more spikes than there are symbols are not drawn", async () => {
  const [spike] = (await followed()).followedSpikes as [FollowedSpike];
  const many = Array.from({ length: 20 }, (_, i) => ({ ...spike, spike: i + 1 }));
  const svg = await renderChart(
    spikeSizes(
      many,
      steps,
      steps.map(() => 1),
    )!,
    "many",
  );
  expect(symbolsIn(svg)).toBe(mostSpikesDrawn * spike.points.length);
});

test("sparsity and noise share a chart, each with the interval of its onset", async () => {
  const values = [0.5, 0.4, 0.3];
  const short = [0, 10, 20];
  const onset = { layer, part: null, event: "spikes", after: 0, by: 10, checkpoints: 2, reason: null };
  const both = sparsityAndNoise(
    { steps: short, values },
    { steps: short, values: [0.1, null, 0.2] },
    onset,
    onset,
  )!;
  const one = sparsityAndNoise({ steps: short, values }, { steps: [], values: [] }, undefined, undefined)!;
  const rects = async (spec: typeof both) =>
    (await renderChart(spec, "")).match(/fill-opacity|opacity="0.15"/g)?.length ?? 0;
  expect(await rects(both)).toBe(2);
  expect(await rects(one)).toBe(0);
  expect(
    sparsityAndNoise({ steps: [], values: [] }, { steps: [], values: [] }, undefined, undefined),
  ).toBeNull();
});

test("the page of a series tells its spikes and onsets, and one without them is as it was", async () => {
  const result = await followed();
  const page = await renderReport(result);
  expect(page).toContain('id="followed-spikes"');
  expect(page).toContain('id="onsets"');
  const layers = new Set(result.followedSpikes!.map((spike) => spike.layer)).size;
  expect(page).toContain(`${result.followedSpikes!.length} spikes in ${layers} layers`);
  // Spikes of the first block of the example come between steps 400 and 800, and sparsity as it was made up.
  expect(page).toMatch(/400 to 800/);
  expect(page).toMatch(/200 to 400/);
  expect(await renderReport(structuredClone(result))).toBe(page);
  const { followedSpikes: _, onsets: __, measured: ___, ...plain } = result;
  const before = await renderReport(plain);
  expect(before).not.toContain("followed-spikes");
  expect(before).not.toContain('id="onsets"');
});

test("hostile names stay names", async () => {
  const result = await followed();
  const evil = '</script><img src=x onerror="alert(1)">';
  const rename = <T extends { layer: string }>(rows: readonly T[] | undefined): T[] =>
    (rows ?? []).map((row) => ({ ...row, layer: row.layer === layer ? evil : row.layer }));
  result.followedSpikes = rename(result.followedSpikes);
  result.onsets = rename(result.onsets);
  result.trajectories = rename(result.trajectories);
  for (const checkpoint of result.checkpoints) checkpoint.layers = rename(checkpoint.layers);
  expect(await renderReport(result)).not.toContain("<img");
});
