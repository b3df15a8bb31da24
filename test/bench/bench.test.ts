import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeVitB } from "../../scripts/bench/make-vit-b.ts";
import { type Row, renderTable } from "../../scripts/bench/table.ts";
import { median } from "../../scripts/bench/timing.ts";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { layersOf } from "../../src/layers/layers-of.ts";

test("the checkpoint of the benchmarks reads back, with six matrices a block of each copy", async () => {
  const folder = mkdtempSync(join(tmpdir(), "marchenko-bench-test-"));
  try {
    const path = join(folder, "model.safetensors");
    makeVitB(path, { blocks: 1, copies: 2, seed: 1 });
    const checkpoint = await openCheckpoint(path);
    const layers = layersOf(checkpoint.tensors()).filter(({ skip }) => !skip);
    expect(layers.map(({ block }) => block)).toEqual(
      [0, 1].flatMap((block) => Array(6).fill(`vit.encoder.layer.${block}`)),
    );
    const [first, other] = [await layers[0]!.read(), await layers[6]!.read()];
    let squares = 0;
    for (const entry of first.data) squares += entry * entry;
    // Noise of 0.02, and directions with 4^2 + 2^2 + 1.2^2 over 768 of its energy.
    expect(Math.sqrt(squares / first.data.length)).toBeCloseTo(0.02 * Math.sqrt(1 + 21.44 / 768), 4);
    expect(other.data).not.toEqual(first.data);
    await checkpoint.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const row: Row = {
  what: "768x3072",
  ours: "computeSpectrum",
  peer: "numpy svd values",
  unit: "s",
  oursValue: 0.08,
  peerValue: 0.21,
  ratios: [0.37, 0.39],
  runs: 2,
  others: 0.01,
};

function resultOf(changes: Partial<Row>): string {
  const cells = renderTable([{ ...row, ...changes }])
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split(" | "));
  return cells.find(([what]) => what === "| 768x3072")![cells[0]!.indexOf("result")]!;
}

test("a promise is met or missed by the ratio of the medians, and in brackets on a busy machine", () => {
  expect(resultOf({})).toBe("met");
  expect(resultOf({ oursValue: 0.09 })).toBe("missed");
  expect(resultOf({ others: 0.5 })).toBe("(met)");
  expect(resultOf({ peer: null, peerValue: null })).toBe("not measured");
});

test("the median is the middle, or the mean of the two middle ones", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});
