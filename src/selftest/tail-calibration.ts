import { fitPowerLaw, type PowerLawFit } from "../fits/power-law.ts";
import { powerLaw } from "../laws/power-law.ts";
import { randomStream } from "../linalg/random.ts";
import { rate, repetitions, type Study, type StudyRow } from "./study.ts";

const alphas = [2, 3, 4];
const counts = [256, 512, 1024];

/** Fits of samples that are power laws all the way. */
function fitsOf(alpha: number, count: number, trials: number, seed: number | string): PowerLawFit[] {
  const law = powerLaw(alpha, 1);
  return Array.from({ length: trials }, (_, trial) => {
    const stream = randomStream(seed, ["selftest tail", alpha, count, trial]);
    const values = Float64Array.from({ length: count }, () => law.sample(stream));
    return fitPowerLaw(values, { seed: `${seed} ${trial}`, complete: true });
  });
}

export const tailCalibration: Study = {
  id: "tail-calibration",
  title: "True power laws",
  method:
    "Samples of Pareto's law: how often the bootstrap rejects them at 5 and at 10 %, how often the tail is called a power law, and how often the 90 % interval of alpha holds the true one.",
  source: "Clauset, Shalizi & Newman 2009",
  async run(context) {
    const trials = repetitions(300, context);
    const rows: StudyRow[] = [];
    const all: PowerLawFit[] = [];
    for (const alpha of alphas) {
      for (const count of counts) {
        const fits = fitsOf(alpha, count, trials, context.seed);
        all.push(...fits);
        const circumstances = `alpha = ${alpha}, n = ${count}`;
        const covering = fits.filter(({ alphaInterval }) => {
          const [low, high] = alphaInterval!;
          return low! <= alpha && alpha <= high!;
        }).length;
        const reliable = fits.filter((fit) => fit.reliable).length;
        rows.push(rate(circumstances, "called a power law", reliable, trials, { atLeast: 0.75 }));
        rows.push(rate(circumstances, "90 % interval holds alpha", covering, trials, {}));
      }
    }
    const covered = rows.filter(({ quantity }) => quantity.startsWith("90 %"));
    const share = covered.reduce((sum, { value }) => sum + value, 0) / covered.length;
    rows.push(
      rate("all together", "90 % interval holds alpha", Math.round(share * all.length), all.length, {
        atLeast: 0.85,
        atMost: 0.95,
      }),
    );
    for (const [level, atMost] of [
      [0.05, 0.06],
      [0.1, 0.11],
    ] as const) {
      const rejected = all.filter(({ pValue }) => pValue !== null && pValue <= level).length;
      rows.push(
        rate("all together", `bootstrap rejects at ${100 * level} %`, rejected, all.length, { atMost }),
      );
    }
    return rows;
  },
};
