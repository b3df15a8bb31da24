import { describe, expect, test } from "vitest";
import { tracyWidom, tracyWidomCoefficients } from "../../src/laws/tracy-widom.ts";
import { tracyWidomTable } from "../../src/laws/tracy-widom-table.ts";

describe("the Tracy-Widom law", () => {
  test("agrees with Prähofer's tables", () => {
    // F_2(0) and F_1(0), 14 digits: Prähofer & Spohn, tables of the Tracy-Widom functions (2004);
    // F_2(-2): Bornemann 2010, Math. Comp. 79:871, section 2.
    expect(Math.abs(tracyWidom(2).cdf(0) - 0.96937282835526)).toBeLessThan(1e-13);
    expect(Math.abs(tracyWidom(1).cdf(0) - 0.83190806620295)).toBeLessThan(1e-13);
    expect(Math.abs(tracyWidom(2).cdf(-2) - 0.41322414250512)).toBeLessThan(1e-13);
  });

  test("has the critical values that principal component tests use", () => {
    // 0.95 and 0.99 quantiles of beta = 1: 0.9793 and 2.0234 (Johnstone 2001, table 2; RMTstat 0.3.1).
    expect(tracyWidom(1).quantile(0.95)).toBeCloseTo(0.9793, 4);
    expect(tracyWidom(1).quantile(0.99)).toBeCloseTo(2.0234, 4);
    expect(tracyWidom(2).quantile(0.95)).toBeCloseTo(-0.2325, 4);
  });

  test("keeps its digits far in the upper tail", () => {
    // 1 - F_1(s) ~ exp(-(2/3) s^(3/2)) / (4 sqrt(pi) s^(3/4)), half the integral of Ai (DLMF 9.10.4), with a
    // relative error of 41/48 s^(-3/2) to first order.
    for (const s of [10, 15, 30]) {
      const leading = Math.exp((-2 / 3) * s ** 1.5) / (4 * Math.sqrt(Math.PI) * s ** 0.75);
      expect(Math.abs(tracyWidom(1).survival(s) / leading - 1)).toBeLessThan(1 / s ** 1.5);
    }
  });

  test("joins its two ways to the tail without a step", () => {
    const law = tracyWidom(1);
    // Right of 8 the trace alone: its relative error there is about the survival itself, 7e-9.
    expect(Math.abs(law.survival(8) / law.survival(8 + 1e-13) - 1)).toBeLessThan(2e-8);
  });
});

test.each([1, 2] as const)("the table holds what it is computed from, beta = %s", (beta) => {
  // The determinant keeps about 1e-16 of 1 - F, F >= 5e-10 on the left stretch and >= 2e-5 on the other.
  const noise = [1e-8, 1e-11];
  for (const [stretch, coefficients] of tracyWidomCoefficients(beta).entries()) {
    const kept = tracyWidomTable[beta][stretch]!;
    expect(kept).toHaveLength(coefficients.length);
    for (const [k, c] of coefficients.entries()) expect(Math.abs(kept[k]! - c)).toBeLessThan(noise[stretch]!);
  }
});
