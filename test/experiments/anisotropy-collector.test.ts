import { join } from "node:path";
import { expect, test } from "vitest";
import type { Experiment } from "../../src/experiments/experiment.ts";
import { runExperiment } from "../../src/experiments/run-experiment.ts";
import { runningCovariance } from "../../src/experiments/running-covariance.ts";
import { width } from "../../src/experiments/width.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";

const folder = temporaryFolders();

test("a running covariance is the decayed sum of means of outer products", () => {
  const { normal } = randomStream(3, ["test", "covariance"]);
  const [order, rows, decay] = [5, 7, 0.9];
  const batches = [0, 1, 2].map(() => Float32Array.from({ length: rows * order }, normal));
  const running = runningCovariance(order);
  for (const batch of batches) running.add(batch, decay);
  const matrix = running.matrix();
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) {
      let expected = 0;
      for (const [age, batch] of batches.toReversed().entries()) {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += batch[row * order + i]! * batch[row * order + j]!;
        expected += (decay ** age * sum) / rows;
      }
      expect(Math.abs(matrix[i * order + j]! - expected)).toBeLessThan(1e-14);
      expect(matrix[i * order + j]).toBe(matrix[j * order + i]);
    }
  }
});

test("S18 in small: alpha/p of features and gradients falls with width, delta/p rises, B_re falls with width and rises with steps", async () => {
  const small: Experiment = {
    ...width,
    variants: (setting) => width.variants(setting).filter(({ id }) => /^width-(16|64|128)-decay-0$/.test(id)),
  };
  const { runs, charts } = await runExperiment(small, { out: folder({}), quick: true, set: ["steps=200"] });
  const numbers = (name: string) => runs.map(({ metrics }) => metrics[name]!);
  const falls = (values: readonly number[]) => values.slice(1).every((value, i) => value < values[i]!);
  expect(runs).toHaveLength(3);
  for (const vectors of ["sample", "gradient", "effective"]) {
    expect(falls(numbers(`${vectors}.alphaRatio`))).toBe(true);
    expect(falls(numbers(`${vectors}.deltaRatio`).toReversed())).toBe(true);
    // Means over blocks of numbers in (0, 1] with delta/p = sqrt(1 - alpha/p), a concave function: Jensen.
    for (const [i, alpha] of numbers(`${vectors}.alphaRatio`).entries()) {
      expect(numbers(`${vectors}.deltaRatio`)[i]).toBeLessThanOrEqual(Math.sqrt(1 - alpha) + 1e-12);
    }
  }
  const bound = charts.find(({ id }) => id === "bound")!.lines;
  expect(bound.map(({ x }) => x)).toEqual(bound.map(() => [1, 21, 81, 181, 201]));
  for (const [place] of bound[0]!.x.entries()) expect(falls(bound.map(({ y }) => y[place]!))).toBe(true);
  for (const { y } of bound) expect(falls(y.map((value) => -value!))).toBe(true);
});

test("a run that was stopped while something was collected begins anew", async () => {
  const out = folder({});
  const one: Experiment = {
    ...width,
    variants: (setting) => width.variants(setting).filter(({ id }) => id === "width-16-decay-0"),
  };
  const options = { out, quick: true, set: ["steps=60"] };
  const first = await runExperiment(one, options);
  const { rmSync } = await import("node:fs");
  const run = join(out, "runs", "width-16-decay-0-seed-0");
  rmSync(join(run, "checkpoints", "step-000060"), { recursive: true });
  rmSync(join(run, "measured.json"));
  expect(await runExperiment(one, options)).toEqual(first);
});
