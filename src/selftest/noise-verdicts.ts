import { bulkOf } from "../analysis/bulk-of.ts";
import { examinedByRows } from "../analysis/examination.ts";
import { measureLayer } from "../analysis/measure-layer.ts";
import { ksDistance } from "../fits/ks-distance.ts";
import { drawNullSpectra } from "../fits/null-spectra.ts";
import { drawnSpectrum } from "./drawn-spectrum.ts";
import { type Bound, rate, repetitions, type Study, type StudyRow } from "./study.ts";

/** Smaller and larger sides. */
const shapes = [
  [64, 64],
  [64, 256],
  [128, 128],
  [128, 1024],
  [256, 256],
  [256, 512],
  [512, 512],
  [512, 4096],
] as const;

/** p of a KS distance of n values from a law that is known: Kolmogorov's series with Stephens' correction. */
function kolmogorovPValue(distance: number, n: number): number {
  const x = distance * (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n));
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, sum));
}

/** Whether p-values are uniform, by a KS test of their own. */
function uniformity(circumstances: string, pValues: Float64Array, bound: Bound): StudyRow {
  const distance = ksDistance(pValues.sort(), (p) => p);
  return {
    circumstances,
    quantity: "p-values of the bulk uniform, p",
    value: kolmogorovPValue(distance, pValues.length),
    standardError: null,
    repetitions: pValues.length,
    bound,
  };
}

export const noiseVerdicts: Study = {
  id: "noise-verdicts",
  title: "Pure noise",
  method:
    "Spectra of Gaussian matrices through fits, tests and verdict: how often the verdict is noise-like and the tail is not called a power law; and whether the p-values of the Marchenko-Pastur test are uniform, by a KS test of their own.",
  source: "Dumitriu & Edelman 2002 (the spectra); Stephens 1970, J. R. Stat. Soc. B 32:115-122 (the KS test)",
  async run(context) {
    const trials = repetitions(500, context);
    const rows: StudyRow[] = [];
    const all: number[] = [];
    for (const [smaller, larger] of shapes) {
      const spectra = drawNullSpectra(larger, smaller, `selftest ${context.seed}`, trials);
      let noiseLike = 0;
      let unreliable = 0;
      const pValues = new Float64Array(trials);
      for (let draw = 0; draw < trials; draw++) {
        const spectrum = drawnSpectrum(spectra, draw);
        const examination = examinedByRows(await bulkOf(spectrum, context.compute), null);
        const { verdict, powerLaw, marchenkoPastur } = await measureLayer(
          spectrum,
          examination,
          context.compute,
          `${context.seed} ${draw}`,
          "summary",
        );
        if (verdict === "noise-like") noiseLike++;
        if (!powerLaw!.reliable) unreliable++;
        pValues[draw] = marchenkoPastur!.pValue!;
      }
      const shape = `${smaller} x ${larger}`;
      all.push(...pValues);
      rows.push(rate(shape, "verdict noise-like", noiseLike, trials, { atLeast: 0.97 }));
      rows.push(rate(shape, "tail not called a power law", unreliable, trials, { atLeast: 0.98 }));
      rows.push(uniformity(shape, pValues, {}));
    }
    // One test of all: each shape for itself would miss its bound once in a hundred runs.
    rows.push(uniformity("all shapes", Float64Array.from(all), { atLeast: 0.01 }));
    return rows;
  },
};
