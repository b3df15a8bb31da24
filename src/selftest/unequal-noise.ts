import { examineMatrix, nothingElse } from "../analysis/examine-matrix.ts";
import { measureLayer } from "../analysis/measure-layer.ts";
import { randomStream } from "../linalg/random.ts";
import { rate, repetitions, type Study, type StudyRow } from "./study.ts";

/** Noise whose rows or columns have unequal variances: shape, and the scale of row i and column j. */
const cases = [
  { rows: 200, columns: 200, title: "rows (1 + i)^-0.7", scale: (i: number) => (1 + i) ** -0.7 },
  { rows: 800, columns: 200, title: "rows (1 + i)^-0.5", scale: (i: number) => (1 + i) ** -0.5 },
  {
    rows: 300,
    columns: 200,
    title: "columns (1 + j)^-0.6",
    scale: (_: number, j: number) => (1 + j) ** -0.6,
  },
] as const;

export const unequalNoise: Study = {
  id: "unequal-noise",
  title: "Noise of unequal variances",
  method:
    "Independent Gaussian entries whose rows or columns have scales that fall like a power: how often the analysis is misled to call that a heavy tail.",
  source: "second opinions by the separable law, Paul & Silverstein 2009",
  async run(context) {
    const trials = repetitions(40, context);
    const rows: StudyRow[] = [];
    for (const { rows: height, columns: width, title, scale } of cases) {
      let heavy = 0;
      for (let trial = 0; trial < trials; trial++) {
        const { normal } = randomStream(context.seed, ["selftest unequal-noise", title, trial]);
        const data = Float64Array.from(
          { length: height * width },
          (_, k) => scale(Math.floor(k / width), k % width) * normal(),
        );
        const matrix = { rows: height, columns: width, data };
        const spectrum = await context.compute.spectrum(matrix, "F64");
        const name = `unequal ${title} ${trial}`;
        const examination = await examineMatrix(matrix, spectrum, name, nothingElse, context.compute);
        const { verdict } = await measureLayer(spectrum, examination, context.compute, name, "summary");
        if (verdict === "heavy-tailed") heavy++;
      }
      rows.push(
        rate(`${height} x ${width}, ${title}`, "called heavy-tailed", heavy, trials, { atMost: 0.1 }),
      );
    }
    return rows;
  },
};
