import { describe, expect, test } from "vitest";
import { fitPopulation } from "../../src/fits/fit-population.ts";
import { separableLaw } from "../../src/laws/separable-law.ts";

describe("a population under a bulk", () => {
  test("is the one whose law gave the spectrum", () => {
    // Quantiles of the law itself, in a unit of 3: nothing is left over, so the two points are found to a part in 1e3.
    const columns = Float64Array.from({ length: 300 }, (_, j) => (j < 200 ? 0.5 : 2));
    const law = separableLaw(new Float64Array(1200).fill(1), columns);
    const count = 400;
    const ascending = Float64Array.from({ length: count }, (_, i) => 3 * law.quantile((i + 0.5) / count));
    const found = fitPopulation(ascending, 0.25);
    expect(found.values).toHaveLength(2);
    expect(found.values[0]).toBeCloseTo(0.5, 2);
    expect(found.values[1]).toBeCloseTo(2, 2);
    expect(found.weights[1]).toBeCloseTo(1 / 3, 2);
  });

  test("is a single point where no law can be compared", () => {
    const ascending = new Float64Array(40).fill(1, 36);
    expect(fitPopulation(ascending, 0.5)).toMatchObject({ values: [1], weights: [1] });
  });
});
