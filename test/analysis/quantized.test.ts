import { expect, test } from "vitest";
import { analyze } from "../../src/analysis/analyze.ts";
import { affineTensor, placesAlong } from "../../src/checkpoint/affine-tensor.ts";
import { tensorOf } from "../../src/checkpoint/tensor.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { renderCsv } from "../../src/report/csv.ts";

const [rows, columns] = [96, 64];

test("a quantised layer shows the noise floor of its steps, in result, table and warnings; another shows none", async () => {
  const { normal } = randomStream(5, ["quantised"]);
  const data = Float32Array.from({ length: rows * columns }, () => normal());
  const scales = Float64Array.from({ length: rows }, (_, row) => 0.01 * (1 + (row % 4)));
  const codes = data.map((entry, i) => Math.round(entry / scales[Math.floor(i / columns)]!));
  const quantized = affineTensor(tensorOf("a.weight", [rows, columns], codes), {
    dtype: "QI16",
    places: placesAlong([rows, columns], 0),
    steps: () => ({ scales }),
  });
  const tensors = () => [quantized, tensorOf("b.weight", [rows, columns], data)];
  const result = await analyze({ id: "m", tensors });
  const [a, b] = result.checkpoints[0]!.layers;
  // Steps of 0.01, 0.02, 0.03 and 0.04 in turn.
  const error = 0.01 * Math.sqrt((1 + 4 + 9 + 16) / 4 / 12);
  const floor = error * (Math.sqrt(rows) + Math.sqrt(columns));
  expect(a!.spectrum!.noiseFloor).toBeCloseTo(floor, 12);
  expect(a!.concentration!.rankTolerance).toBeCloseTo(3 * floor, 12);
  expect(b!.spectrum).not.toHaveProperty("noiseFloor");
  expect(result.warnings.filter((warning) => warning.includes("quantised"))).toEqual([
    expect.stringContaining("a.weight"),
  ]);
  const [head, first, second] = renderCsv(result)
    .split("\n")
    .map((line) => line.trim().split(","));
  const place = head!.indexOf("spectrum.noiseFloor");
  expect(Number(first![place])).toBeCloseTo(floor, 12);
  expect(second![place]).toBe("");
});
