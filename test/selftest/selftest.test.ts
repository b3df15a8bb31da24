import { describe, expect, test } from "vitest";
import { drawSpikedSpectra } from "../../src/fits/null-spectra.ts";
import { selftestMarkdown } from "../../src/report/selftest/selftest-markdown.ts";
import { selftestPage } from "../../src/report/selftest/selftest-page.ts";
import { selftestSentence } from "../../src/report/selftest/selftest-rows.ts";
import { studies } from "../../src/selftest/catalogue.ts";
import { selftestResultSchema } from "../../src/selftest/result.ts";
import { selftest } from "../../src/selftest/selftest.ts";
import { outcomeOf } from "../../src/selftest/study.ts";
import { computeSpectrum } from "../../src/spectrum/compute-spectrum.ts";
import { gaussian } from "../noise.ts";

const result = await selftest({ quick: true });

describe("the self-test", () => {
  test("finds the error rates within their bounds, up to two standard errors", () => {
    const rows = result.studies.flatMap((study) => study.rows);
    expect(rows.filter(({ outcome }) => outcome === "missed")).toEqual([]);
    expect(result.holds).toBe(true);
    expect(result.studies.map(({ id }) => id)).toEqual(studies.map(({ id }) => id));
    expect(selftestResultSchema.parse(result)).toEqual(result);
  });

  test("gives the same numbers again", async () => {
    expect(await selftest({ quick: true })).toEqual(result);
  }, 60_000);

  test("shows every row, in Markdown and on a page that asks for nothing", async () => {
    const markdown = selftestMarkdown(result);
    const page = await selftestPage(result);
    for (const { title, rows } of result.studies) {
      expect(markdown).toContain(`## ${title}`);
      expect(page).toContain(title);
      for (const { circumstances } of rows) expect(markdown).toContain(circumstances);
    }
    expect(page.includes(selftestSentence(result))).toBe(true);
    expect(/<(?:link|iframe|img|image|use)\b|@import|url\(|\bsrc=/.test(page)).toBe(false);
  });

  test("says what is missed, and what may be chance", () => {
    const row = { circumstances: "", quantity: "", repetitions: 100, bound: { atLeast: 0.9 } };
    expect(outcomeOf({ ...row, value: 0.9, standardError: 0.02 })).toBe("holds");
    expect(outcomeOf({ ...row, value: 0.88, standardError: 0.02 })).toBe("undecided");
    expect(outcomeOf({ ...row, value: 0.8, standardError: 0.02 })).toBe("missed");
    expect(outcomeOf({ ...row, value: 0.8, standardError: null })).toBe("missed");
    expect(outcomeOf({ ...row, bound: {}, value: 0.8, standardError: null })).toBe("unbounded");
  });
});

describe("spectra with a planted direction", () => {
  test("have the largest value of matrices that it is planted in", async () => {
    const [larger, smaller, strength, draws] = [60, 40, 14, 300];
    const drawn = drawSpikedSpectra(larger, smaller, strength, 1, draws);
    const bidiagonal = Array.from({ length: draws }, (_, k) =>
      Math.sqrt(drawn.eigenvalues[(k + 1) * smaller - 1]! * larger),
    );
    const dense: number[] = [];
    for (let k = 0; k < draws; k++) {
      const matrix = gaussian(larger, smaller, 1, `planted ${k}`);
      matrix.data[0]! += strength;
      dense.push((await computeSpectrum(matrix)).singularValues[0]!);
    }
    const moments = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / draws;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1);
      return { mean, variance };
    };
    const [a, b] = [moments(bidiagonal), moments(dense)];
    // Four standard errors of a difference of two means, and of two variances.
    expect(Math.abs(a.mean - b.mean)).toBeLessThan(4 * Math.sqrt((a.variance + b.variance) / draws));
    expect(Math.abs(Math.log(a.variance / b.variance))).toBeLessThan(4 * Math.sqrt(4 / draws));
  });
});
