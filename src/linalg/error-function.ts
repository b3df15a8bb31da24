import { scaledExponentialIntegral } from "./exponential-integral.ts";

const rootPi = Math.sqrt(Math.PI);

/**
 * The error function, `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to x.
 *
 * @returns the value in [-1, 1], to 1e-15 relative.
 * @source DLMF 7.6.2 (a series of one sign) for |x| <= 1, else by {@link erfc}.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 1) return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  let sum = 0;
  let term = 1;
  for (let k = 0; sum + term > sum; k++) {
    sum += term;
    term *= (2 * x * x) / (2 * k + 3);
  }
  return ((2 * x) / rootPi) * Math.exp(-x * x) * sum;
}

/** 1 - erf(x), without cancellation on the right: to about (10 + x^2) 1e-16 relative. */
export function erfc(x: number): number {
  if (x < 1) return x < -1 ? 2 - erfc(-x) : 1 - erf(x);
  return Math.exp(-x * x) * scaledErfc(x);
}

/**
 * `e^(x^2) erfc(x)`, which does not underflow; infinite left of about -26.
 *
 * @source DLMF 7.11(i): `erfc x = x E_(1/2)(x^2) / sqrt(pi)`.
 */
export function scaledErfc(x: number): number {
  if (x < 1) return Math.exp(x * x) * erfc(x);
  if (x === Number.POSITIVE_INFINITY) return 0;
  return (x * scaledExponentialIntegral(0.5, x * x)) / rootPi;
}

/** Improves x until `erfc(x) / target`, or the same of erf, is 1: Halley's steps, of which three suffice. */
function polish(x: number, excess: (x: number) => number): number {
  for (let i = 0; i < 3; i++) {
    const step = (excess(x) * rootPi * Math.exp(x * x)) / 2; // Newton's
    if (!Number.isFinite(step)) break; // where erfc is denormal
    x += step / (1 - x * step);
  }
  return x;
}

/**
 * The x with `erfc(x) = q`.
 *
 * @param q - in [0, 2]; the ends give infinity and minus infinity.
 * @source first guess Abramowitz & Stegun 26.2.23.
 */
export function inverseErfc(q: number): number {
  if (q > 1) return -inverseErfc(2 - q);
  if (q === 0) return Number.POSITIVE_INFINITY;
  if (q > 0.5) return inverseErf(1 - q);
  const t = Math.sqrt(-2 * Math.log(q / 2));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return polish((t - above / below) / Math.SQRT2, (x) => erfc(x) - q);
}

/** The x with `erf(x) = p`, for p in [-1, 1]; keeps its digits about 0. */
export function inverseErf(p: number): number {
  if (Math.abs(p) > 0.5) return p > 0 ? inverseErfc(1 - p) : -inverseErfc(1 + p);
  return polish((rootPi / 2) * p * (1 + (Math.PI / 12) * p * p), (x) => p - erf(x));
}
