import { describe, expect, test } from "vitest";
import { rejectionLevel } from "../../src/analysis/judge.ts";
import { ksDistance } from "../../src/fits/ks-distance.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { noiseLaws } from "../../src/noise/laws/catalogue.ts";
import { compareLaws, noDistances } from "../../src/noise/laws/compare-laws.ts";
import type { NoiseSetting, SettledLaw } from "../../src/noise/laws/noise-law.ts";
import { leftByWhitening } from "../../src/noise/whitening.ts";

/** Variances spread over a factor. */
const spread = (count: number, factor: number) =>
  Float64Array.from({ length: count }, (_, i) => factor ** (-i / count));

const settings: readonly NoiseSetting[] = [
  { rows: 60, columns: 40, samples: 2000, rowVariances: spread(60, 9), columnVariances: spread(40, 30) },
  { rows: 40, columns: 60, samples: 50, rowVariances: spread(40, 4), columnVariances: spread(60, 1) },
  // Fewer samples than either side, and directions without variance.
  {
    rows: 60,
    columns: 40,
    samples: 25,
    rowVariances: Float64Array.from(spread(60, 9), (value, i) => (i < 30 ? value : 0)),
    columnVariances: spread(40, 3),
  },
  { rows: 40, columns: 40, samples: 40, rowVariances: spread(40, 2), columnVariances: spread(40, 2) },
];

describe.each(noiseLaws)("a law of noise: $id", ({ id, settle }) => {
  const settled = settings.map((setting) => settle(setting) as SettledLaw);

  test("is what its own draws have: distribution and share of zeros", async () => {
    for (const [s, { law, draw }] of settled.entries()) {
      const { rows, columns } = settings[s]!;
      const smaller = Math.min(rows, columns);
      const draws = 20;
      const pooled: number[] = [];
      for (let k = 0; k < draws; k++) {
        const squares = await draw(randomStream(31, [id, s, k]));
        expect(1 - squares.length / smaller).toBeCloseTo(law.atomAtZero, 12);
        pooled.push(...squares);
      }
      const ascending = Float64Array.from(pooled).sort();
      const mean = ascending.reduce((sum, value) => sum + value, 0) / (draws * smaller);
      const continuous = (x: number) =>
        (law.cdf((x * law.mean) / mean) - law.atomAtZero) / (1 - law.atomAtZero);
      // The law is that of large matrices: 25 to 40 eigenvalues are off by about one over their number.
      expect(ksDistance(ascending, continuous), `setting ${s}`).toBeLessThan(
        1.5 / (ascending.length / draws),
      );
    }
  });

  test("calls its own draws likely, once for all equal settings", async () => {
    const simulated = noDistances();
    for (const [s, { draw }] of settled.entries()) {
      const squares = (await draw(randomStream(77, [id, "own", s]))).sort();
      const found = (await compareLaws(squares, settings[s]!, 5, simulated)).find(({ law }) => law === id)!;
      expect(found.pValue!).toBeGreaterThan(0.01);
      expect(found.draws!).toBe(Math.round(1 / rejectionLevel) - 1);
      expect(found.ksDistance!).toBeLessThan(0.2);
      const { x, density } = found.curve!;
      expect(x.length).toBe(density.length);
      expect(x.every((value, i) => i === 0 || value >= x[i - 1]!)).toBe(true);
      // In units of the matrix: the mean of the curve's places is about that of the eigenvalues that are not zero.
      const mean = squares.reduce((sum, value) => sum + value, 0) / squares.length;
      const larger = Math.max(settings[s]!.rows, settings[s]!.columns);
      expect(x.reduce((sum, value) => sum + value, 0) / x.length / (mean / larger)).toBeCloseTo(1, 1);
      const again = (await compareLaws(squares, settings[s]!, 5, noDistances())).find(
        ({ law }) => law === id,
      );
      expect(again).toEqual(found);
    }
  });
});

test("what is far from a law is rejected, of large matrices too", async () => {
  const large: NoiseSetting = {
    rows: 300,
    columns: 200,
    samples: 500,
    rowVariances: spread(300, 2),
    columnVariances: spread(200, 2),
  };
  const found = await compareLaws(spread(200, 1e6).sort(), large, 3, noDistances());
  expect(found.map(({ pValue }) => pValue! <= rejectionLevel)).toEqual([true, true, true]);
});

test("a law that lacks what it needs says so", async () => {
  const bare = { rows: 20, columns: 10, samples: null, rowVariances: null, columnVariances: null };
  const found = await compareLaws(spread(10, 5).sort(), bare, 1, noDistances());
  expect(found.map(({ reason }) => reason)).toEqual([
    null,
    "the matrix is no sum of a known number of outer products",
    "no covariances of held-out batches",
  ]);
});

test("what whitening leaves has the mean of an inverse Wishart matrix' eigenvalues", () => {
  // E tr (W / n)^-1 / p = n / (n - p - 1), in the limit 1 / (1 - q).
  for (const [rank, tokens] of [
    [50, 1000],
    [200, 500],
  ] as const) {
    const left = leftByWhitening(rank, tokens);
    const mean = left.reduce((sum, value) => sum + value, 0) / rank;
    expect(Math.abs(mean * (1 - rank / tokens) - 1)).toBeLessThan(0.02);
  }
});
