import { describe, expect, it } from "vitest";
import { randomStream } from "../../../src/linalg/random.ts";
import { symmetricEigenvalues } from "../../../src/linalg/symmetric-eigenvalues.ts";
import { hessianVectorProduct } from "../../../src/measure/hessian/hessian-vector-product.ts";
import {
  extremeEigenvalues,
  lanczosRitzValues,
  type SymmetricProduct,
} from "../../../src/measure/hessian/lanczos-eigenvalues.ts";
import { lanczosQuadrature, smoothedDensity } from "../../../src/measure/hessian/spectral-density.ts";
import { modelOf } from "../../../src/models/catalogue.ts";
import { tinyModels } from "../../models/tiny-models.ts";
import { hessianByDifferences, tinyPart } from "./parts.ts";

const eps = Number.EPSILON / 2;

function diagonal(eigenvalues: readonly number[]): SymmetricProduct {
  return {
    dimension: eigenvalues.length,
    multiply: async (v) => v.map((each, i) => each * eigenvalues[i]!),
  };
}

/** The distance from a number to the nearest of others. */
const nearest = (value: number, all: ArrayLike<number>) =>
  Array.from(all).reduce((least, each) => Math.min(least, Math.abs(each - value)), Number.POSITIVE_INFINITY);

/** A net of 88 parameters with curvature of both signs. */
const net = {
  model: modelOf("mlp"),
  sizes: { imageSize: 3, classes: 4, width: 6, depth: 1 },
  feed: tinyModels[0]!.feed,
};

describe("Lanczos of the Hessian of a net of 88 parameters", async () => {
  const { part, entries, batches } = tinyPart(net, { batchSize: 8 });
  const { hessian, n } = await hessianByDifferences(part, entries, batches);
  const exact = symmetricEigenvalues(hessian.slice(), n);
  const norm = Math.max(Math.abs(exact[0]!), exact[n - 1]!);
  const product = await hessianVectorProduct(part, batches);

  it("has all eigenvalues after all steps, as far as differences tell", async () => {
    const stream = randomStream(1, ["all"]);
    const { nodes, weights, rounding } = await lanczosRitzValues(product, { steps: 1000, stream });
    expect(nodes.length).toBe(n);
    // Differences of order 4 with steps of 1e-4: eps / 1e-4 = 1e-12 of gradients near 1.
    for (const [i, node] of nodes.entries()) expect(Math.abs(node - exact[i]!)).toBeLessThan(1e-9 * norm);
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(rounding).toBeLessThan(8 * eps * n * norm);
  });

  it.each([1, 2, 5, 12, 30])("has an eigenvalue within each residual after %i steps", async (steps) => {
    const stream = randomStream(2, ["some", steps]);
    const rule = await lanczosRitzValues(product, { steps, stream });
    const { top, least } = extremeEigenvalues([rule], 4);
    expect(top.length).toBe(Math.min(4, steps));
    for (const { value, residual } of [...top, least]) {
      expect(nearest(value, exact)).toBeLessThanOrEqual(residual + 1e-9 * norm);
    }
    expect(top[0]!.value).toBeLessThan(exact[n - 1]! + 1e-9 * norm);
    expect(least.value).toBeGreaterThan(exact[0]! - 1e-9 * norm);
  });

  it("finds both ends with 30 steps, and stops once they are close enough", async () => {
    let products = 0;
    const counted = {
      dimension: n,
      multiply: (v: Float64Array) => {
        products++;
        return product.multiply(v);
      },
    };
    const enough = { count: 2, tolerance: 1e-3 };
    const options = { steps: 80, stream: randomStream(3, ["ends"]), enough };
    const { top, least } = extremeEigenvalues([await lanczosRitzValues(counted, options)], 2);
    expect(products).toBeLessThan(60);
    expect(exact[0]).toBeLessThan(-1e-3 * norm);
    for (const [found, wanted] of [
      [top[0]!, exact[n - 1]!],
      [top[1]!, exact[n - 2]!],
      [least, exact[0]!],
    ] as const) {
      expect(found.residual).toBeLessThan(1e-3 * norm);
      expect(Math.abs(found.value - wanted)).toBeLessThan(1e-3 * norm);
    }
  });

  it("has its quadrature's mean at the trace over the dimension, and as much density below any place as there is", async () => {
    const rules = await lanczosQuadrature(product, { probes: 40, steps: 30, seed: 4, purpose: ["slq"] });
    const density = smoothedDensity(rules)!;
    const mean = exact.reduce((a, b) => a + b, 0) / n;
    expect(Math.abs(density.mean - mean)).toBeLessThan(3 * density.meanStandardError!);
    expect(density.meanStandardError).toBeLessThan(0.2 * mean);
    expect(density.integral).toBeCloseTo(1, 6);
    // The smoothed histogram of the exact eigenvalues, on the same places: shares err by sqrt(2 / (n 40)) = 0.024 each.
    const wanted = smoothedDensity(
      [{ nodes: Array.from(exact), weights: Array.from(exact, () => 1 / n) }],
      density.width,
    )!;
    const below = (of: typeof density, place: number) =>
      of.x.reduce((sum, x, i) => sum + (x <= place ? of.density[i]! : 0), 0) * (of.x[1]! - of.x[0]!);
    for (const place of [0.02, 0.05, 0.1, 0.3, 0.6, 0.9]) {
      const at = exact[0]! + place * (exact[n - 1]! - exact[0]!);
      expect(Math.abs(below(density, at) - below(wanted, at)), `${place}`).toBeLessThan(0.08);
    }
  });
});

describe("Lanczos", () => {
  it("ends up with exact values where its space closes early, and goes on from new directions", async () => {
    const eigenvalues = [-3, -3, 0, 0, 0, 2, 2, 7];
    const stream = randomStream(1, ["closed"]);
    const { nodes, residuals } = await lanczosRitzValues(diagonal(eigenvalues), { steps: 8, stream });
    for (const [i, node] of nodes.entries())
      expect(Math.abs(node - eigenvalues[i]!)).toBeLessThan(64 * eps * 7);
    expect(Math.max(...residuals)).toBeLessThan(64 * eps * 7);
  });

  it("of a matrix that is zero has zeros, and no density without a width", async () => {
    const rules = await lanczosQuadrature(diagonal(new Array(10).fill(0)), {
      probes: 2,
      steps: 4,
      seed: 1,
      purpose: [],
    });
    const { top, least } = extremeEigenvalues(rules, 2);
    expect([...top, least]).toEqual(new Array(3).fill({ value: 0, residual: 0 }));
    expect(smoothedDensity(rules)).toBeNull();
    const { density, x, mean } = smoothedDensity(rules, 0.5)!;
    expect(mean).toBe(0);
    // A normal density of deviation 0.5 has 0.7978846 at its middle.
    expect(density[x.indexOf(0)]).toBeCloseTo(1 / (0.5 * Math.sqrt(2 * Math.PI)), 12);
  });

  it("sees how far products are from symmetric ones, and says so in each residual", async () => {
    const eigenvalues = Array.from({ length: 50 }, (_, i) => i - 10);
    const { normal } = randomStream(9, ["noise"]);
    const noisy = {
      dimension: 50,
      multiply: async (v: Float64Array) => v.map((each, i) => each * eigenvalues[i]! + 1e-4 * normal()),
    };
    const rule = await lanczosRitzValues(noisy, { steps: 40, stream: randomStream(1, ["noise"]) });
    // About 40^2 / 2 coefficients of 1e-4 each.
    expect(rule.rounding).toBeGreaterThan(1e-3);
    expect(rule.rounding).toBeLessThan(1e-2);
    const { top, least } = extremeEigenvalues([rule], 2);
    for (const { value, residual } of [...top, least]) {
      expect(nearest(value, eigenvalues)).toBeLessThan(residual);
      expect(residual).toBeGreaterThanOrEqual(rule.rounding);
    }
  });

  it("gives rules that are exact for polynomials of degree 2 m - 1", async () => {
    const { normal } = randomStream(7, ["spectrum"]);
    const eigenvalues = Array.from({ length: 60 }, () => normal());
    const steps = 6;
    const [rule] = await lanczosQuadrature(diagonal(eigenvalues), {
      probes: 1,
      steps,
      seed: 2,
      purpose: ["p"],
    });
    // The same first direction, from the same stream.
    const stream = randomStream(2, ["p", 0]);
    const v = eigenvalues.map(() => stream.normal());
    const square = v.reduce((sum, each) => sum + each ** 2, 0);
    for (let degree = 0; degree < 2 * steps; degree++) {
      const wanted = eigenvalues.reduce((sum, each, i) => sum + (v[i]! ** 2 / square) * each ** degree, 0);
      const found = rule!.nodes.reduce((sum, node, i) => sum + rule!.weights[i]! * node ** degree, 0);
      // Eigenvalues reach 3, and their 11th power 1e5.
      expect(Math.abs(found - wanted)).toBeLessThan(1e-12 * Math.max(1, 3 ** degree));
    }
  });
});
