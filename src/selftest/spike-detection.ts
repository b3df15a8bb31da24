import { fitMarchenkoPastur } from "../fits/fit-marchenko-pastur.ts";
import { drawNullSpectra, drawSpikedSpectra } from "../fits/null-spectra.ts";
import { drawnSpectrum } from "./drawn-spectrum.ts";
import { rate, repetitions, type Study, type StudyContext, type StudyRow } from "./study.ts";

const [smaller, larger] = [256, 512];
const threshold = (larger * smaller) ** 0.25;
/** Times the threshold, and the share of planted directions that must be found. */
const strengths = [
  { times: 1.1, bound: {} },
  { times: 1.2, bound: { atLeast: 0.5 } },
  { times: 1.3, bound: { atLeast: 0.85 } },
  { times: 1.5, bound: { atLeast: 0.99 } },
];
const shape = `${smaller} x ${larger}`;

/** How often an outlier is found at either end. */
function found(strength: number, trials: number, { seed }: StudyContext): { above: number; below: number } {
  const spectra =
    strength === 0
      ? drawNullSpectra(larger, smaller, `selftest ${seed}`, trials)
      : drawSpikedSpectra(larger, smaller, strength, `selftest ${seed}`, trials);
  let above = 0;
  let below = 0;
  for (let draw = 0; draw < trials; draw++) {
    const fit = fitMarchenkoPastur(drawnSpectrum(spectra, draw));
    if (fit.spikes.length > 0) above++;
    if ((fit.spikesBelow?.length ?? 0) > 0) below++;
  }
  return { above, below };
}

export const spikeDetection: Study = {
  id: "spike-detection",
  title: "Finding a planted direction",
  method:
    "One direction planted in unit noise, at multiples of the strength below which no test can see it: how often it is called a spike at p <= 0.01, and how often noise alone is.",
  source: "Baik, Ben Arous & Peche 2005; spectra by the spiked bidiagonal model of Bloemendal & Virag 2013",
  async run(context) {
    const trials = repetitions(4000, context);
    const rows: StudyRow[] = strengths.map(({ times, bound }) =>
      rate(
        `${shape}, ${times} times the threshold`,
        "found",
        found(times * threshold, trials, context).above,
        trials,
        bound,
      ),
    );
    const { above, below } = found(0, trials, context);
    rows.push(rate(`${shape}, noise alone`, "false alarms above", above, trials, { atMost: 0.015 }));
    rows.push(rate(`${shape}, noise alone`, "false alarms below", below, trials, { atMost: 0.015 }));
    return rows;
  },
};
