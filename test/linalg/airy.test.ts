import { expect, test } from "vitest";
import { airy } from "../../src/linalg/airy.ts";

test("Ai and Ai' agree with scipy", () => {
  // scipy.special.airy, scipy 1.17.1 (AMOS): [x, Ai, Ai'].
  const reference = [
    [-25, 0.16352657883043045, 0.9623788513876933],
    [-10, 0.040241238486441955, 0.9962650441327905],
    [-2.338107410459767, -4.273984715404126e-17, 0.7012108227206915],
    [-0.6, 0.49484952543114963, -0.17736259869656607],
    [1, 0.13529241631288147, -0.15914744129679328],
    [5, 0.00010834442813607433, -0.0002474138908684623],
    [11.9, 1.9725778430252003e-13, -6.845510441888671e-13],
    [20, 1.691672868670544e-27, -7.586391625748372e-27],
  ] as const;
  for (const [x, value, slope] of reference) {
    const [ai, derivative] = airy(x);
    // Left of 0 the values oscillate: errors are measured against the amplitude.
    const amplitude = x < 0 ? Math.abs(x) ** -0.25 : Math.abs(value);
    const slopeAmplitude = x < 0 ? Math.abs(x) ** 0.25 : Math.abs(slope);
    expect(Math.abs(ai - value) / amplitude, `Ai(${x})`).toBeLessThan(2e-13);
    expect(Math.abs(derivative - slope) / slopeAmplitude, `Ai'(${x})`).toBeLessThan(2e-13);
  }
  expect(() => airy(-31)).toThrow(RangeError);
});

test("the Wronskian-like invariant holds: Ai'' = x Ai by central differences of Ai'", () => {
  for (let x = -20; x < 11; x += 0.37) {
    const h = 1e-4;
    const second = (airy(x + h)[1] - airy(x - h)[1]) / (2 * h);
    const [ai] = airy(x);
    // Truncation h^2 x^2 Ai / 6 and rounding eps / h.
    const scale = Math.max(Math.abs(x) ** 0.75, Math.abs(x * ai));
    expect(Math.abs(second - x * ai)).toBeLessThan(1e-6 * scale + 1e-9);
  }
});
