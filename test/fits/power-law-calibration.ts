/**
 * Error rates of the power-law fit, by simulation: `npx tsx test/fits/power-law-calibration.ts [draws]`.
 *
 * Each scenario draws spectra of one kind; the rates are shares of its draws.
 */
import { argv, stdout } from "node:process";
import { pathToFileURL } from "node:url";
import { drawNullSpectra } from "../../src/fits/null-spectra.ts";
import { fitPowerLaw, type PowerLawFit } from "../../src/fits/power-law.ts";
import { type RandomStream, randomStream } from "../../src/linalg/random.ts";

/** A kind of spectrum: `draw(i)` is the i-th one. */
export interface Scenario {
  readonly name: string;
  /** The true exponent, where there is one. */
  readonly alpha: number | null;
  readonly draw: (i: number) => Float64Array;
}

/** Rates over the draws of a scenario. */
export interface Rates {
  readonly name: string;
  readonly draws: number;
  readonly reliable: number;
  /** p <= 5 % and p <= 10 %, over all draws: p is computed for each. */
  readonly rejected5: number;
  readonly rejected10: number;
  /** Share of the intervals that hold the true exponent. */
  readonly covered: number | null;
  /** The same among the reliable ones. */
  readonly coveredReliable: number | null;
  readonly reasons: Record<string, number>;
}

function independent(
  name: string,
  alpha: number | null,
  n: number,
  value: (stream: RandomStream) => number,
): Scenario {
  return {
    name: `${name}, n = ${n}`,
    alpha,
    draw: (i) => {
      const stream = randomStream("calibration", [name, n, i]);
      return Float64Array.from({ length: n }, () => value(stream)).sort();
    },
  };
}

/** n independent draws of a Pareto law with density exponent alpha. */
export const pareto = (alpha: number, n: number): Scenario =>
  independent(`Pareto ${alpha}`, alpha, n, (stream) => (1 - stream.uniform()) ** (-1 / (alpha - 1)));

export const lognormal = (logDeviation: number, n: number): Scenario =>
  independent(`lognormal ${logDeviation}`, null, n, (stream) => Math.exp(logDeviation * stream.normal()));

export const exponential = (n: number): Scenario =>
  independent("exponential", null, n, (stream) => -Math.log(1 - stream.uniform()));

/** Spectra of Gaussian matrices. */
export function gaussianSpectra(larger: number, smaller: number, draws: number): Scenario {
  const { eigenvalues } = drawNullSpectra(larger, smaller, "calibration", draws);
  return {
    name: `Gaussian ${smaller} x ${larger}`,
    alpha: null,
    draw: (i) => eigenvalues.slice(i * smaller, (i + 1) * smaller),
  };
}

/** A share of Pareto draws above the edge of a Gaussian matrix's spectrum: where the tail begins must be found. */
export function tailOnBulk(alpha: number, share: number, n: number, draws: number): Scenario {
  const inTail = Math.round(share * n);
  const bulk = gaussianSpectra(4 * n, n - inTail, draws);
  return {
    name: `${100 * share} % Pareto ${alpha} on noise, n = ${n}`,
    alpha,
    draw: (i) => {
      const stream = randomStream("calibration", ["tail on bulk", alpha, share, n, i]);
      const noise = bulk.draw(i);
      const edge = noise[noise.length - 1]!;
      const tail = Float64Array.from(
        { length: inTail },
        () => edge * (1 - stream.uniform()) ** (-1 / (alpha - 1)),
      );
      return Float64Array.of(...noise, ...tail).sort();
    },
  };
}

/** Spectra of Gaussian matrices with `count` directions planted, from 1.2 times the threshold geometrically up to `top`. */
export function spikedSpectra(
  larger: number,
  smaller: number,
  count: number,
  top: number,
  draws: number,
): Scenario {
  const noise = gaussianSpectra(larger, smaller - count, draws);
  const q = smaller / larger;
  return {
    name: `spiked ${smaller} x ${larger}, ${count} up to ${top}`,
    alpha: null,
    draw: (i) => {
      const spikes = Float64Array.from({ length: count }, (_, j) => {
        const strength = 1.2 * (top / 1.2) ** (j / (count - 1)) * q ** 0.25;
        return ((strength ** 2 + 1) * (strength ** 2 + q)) / strength ** 2;
      });
      return Float64Array.of(...noise.draw(i), ...spikes).sort();
    },
  };
}

/** Fits every draw of a scenario; `complete` computes p and alternatives for each of them. */
export function ratesOf(scenario: Scenario, draws: number, complete: boolean): Rates {
  const fits: PowerLawFit[] = [];
  for (let i = 0; i < draws; i++) fits.push(fitPowerLaw(scenario.draw(i), { seed: i, complete }));
  const share = (list: readonly PowerLawFit[], holds: (fit: PowerLawFit) => boolean) =>
    list.filter(holds).length / list.length;
  const covers = ({ alphaInterval }: PowerLawFit) =>
    alphaInterval![0] <= scenario.alpha! && scenario.alpha! <= alphaInterval![1];
  const reasons: Record<string, number> = {};
  for (const { reason } of fits) if (reason) reasons[reason] = (reasons[reason] ?? 0) + 1 / draws;
  return {
    name: scenario.name,
    draws,
    reliable: share(fits, (fit) => fit.reliable),
    rejected5: share(fits, (fit) => fit.pValue !== null && fit.pValue <= 0.05),
    rejected10: share(fits, (fit) => fit.pValue !== null && fit.pValue <= 0.1),
    covered: scenario.alpha && share(fits, covers),
    coveredReliable:
      scenario.alpha &&
      share(
        fits.filter((fit) => fit.reliable),
        covers,
      ),
    reasons,
  };
}

const draws = Number(argv[2] ?? 300);
if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  const percent = (share: number | null) => (share === null ? "    -" : (100 * share).toFixed(1).padStart(5));
  const print = (rates: Rates) =>
    stdout.write(
      `${rates.name.padEnd(34)} reliable ${percent(rates.reliable)}  p<.05 ${percent(rates.rejected5)}  p<.10 ` +
        `${percent(rates.rejected10)}  covered ${percent(rates.covered)} (reliable ${percent(rates.coveredReliable)})  ` +
        `${Object.entries(rates.reasons)
          .map(([reason, share]) => `${percent(share).trim()} ${reason}`)
          .join("; ")}\n`,
    );
  for (const n of [256, 512, 1024]) {
    for (const alpha of [2, 2.5, 3, 3.5, 4]) print(ratesOf(pareto(alpha, n), draws, true));
  }
  for (const n of [256, 1024]) {
    for (const share of [0.2, 0.5]) {
      for (const alpha of [2, 3]) print(ratesOf(tailOnBulk(alpha, share, n, draws), draws, true));
    }
  }
  for (const [larger, smaller] of [
    [64, 64],
    [256, 128],
    [256, 256],
    [512, 512],
    [4096, 512],
  ] as const) {
    print(ratesOf(gaussianSpectra(larger, smaller, draws), draws, false));
  }
  for (const n of [256, 512, 1024]) {
    for (const logDeviation of [0.5, 1, 1.5]) print(ratesOf(lognormal(logDeviation, n), draws, false));
    print(ratesOf(exponential(n), draws, false));
  }
  for (const count of [4, 16, 48]) {
    for (const top of [2, 5, 20]) print(ratesOf(spikedSpectra(3072, 768, count, top, 40), 40, false));
  }
}
