const eps = Number.EPSILON / 2;
const eulerGamma = 0.5772156649015329;

let zetas: Float64Array | null = null; // reckoned when first needed: importing costs nothing

/** zeta(k) - 1 for k = 2, 3, ..., 2^-k and less: a sum and its Euler-Maclaurin remainder. */
function zetaMinusOne(): Float64Array {
  const n = 200;
  zetas ??= Float64Array.from({ length: 51 }, (_, i) => {
    const k = i + 2;
    let sum = n ** -k * (n / (k - 1) + 0.5 + k / (12 * n) - (k * (k + 1) * (k + 2)) / (720 * n ** 3));
    for (let j = n - 1; j >= 2; j--) sum += j ** -k;
    return sum;
  });
  return zetas;
}

/** (Gamma(1 + a) - 1) / a for a in [-1/2, 1), smooth through 0, by the series of log Gamma. */
function gammaSlope(a: number): number {
  let tail = 0;
  const zeta = zetaMinusOne();
  for (let i = zeta.length - 1; i >= 0; i--) tail = -a * (tail + zeta[i]! / (i + 2));
  const logSlope = (a === 0 ? -1 : -Math.log1p(a) / a) + (1 - eulerGamma) - tail;
  return a === 0 ? logSlope : Math.expm1(a * logSlope) / a;
}

/** e^z E_p(z) for p in (0, 3/2) and z <= 1: the power series, with its two poles at a = 1 - p = 0 taken together. */
function bySeries(p: number, z: number): number {
  const a = 1 - p;
  const logZ = Math.log(z);
  const growth = a === 0 ? -logZ : Math.expm1(-a * logZ) / a;
  let sum = Math.exp(-a * logZ) * gammaSlope(a) + growth;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= -z / k;
    sum -= term / (a + k);
    if (Math.abs(term) < eps * k * sum) break;
  }
  return Math.exp(z) * sum;
}

/** e^z E_p(z) for p > 0 and z > 1: the continued fraction, by Lentz's method. */
function byFraction(p: number, z: number): number {
  let b = z + p;
  let c = Number.POSITIVE_INFINITY;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < 1000; k++) {
    const a = -k * (p + k - 1);
    b += 2;
    d = 1 / (b + a * d);
    c = b + a / c;
    value *= c * d;
    if (Math.abs(c * d - 1) <= 2 * eps) break;
  }
  return value;
}

/**
 * The generalised exponential integral, freed of its decay: what normalises a power law with a cutoff.
 *
 *     e^z E_p(z) = e^z z^(p-1) Gamma(1 - p, z) = integral over t >= 0 of (1 + t)^-p e^(-z t)
 *
 * The integral is positive and smooth in p; the incomplete gamma function's poles at whole p do not show.
 *
 * @param p - order, any finite number. @param z - argument, > 0; infinity gives 0.
 * @returns the value, > 0, to about 1e-14 relative.
 * @source DLMF 8.19: continued fraction, recurrence in p, and for z <= 1 the series, arranged after Gautschi 1979,
 *   ACM TOMS 5:466-481.
 */
export function scaledExponentialIntegral(p: number, z: number): number {
  if (z === Number.POSITIVE_INFINITY) return 0;
  if (z > 1 && p >= 0.5) return byFraction(p, z);
  // Both ways to go on from here add what has one sign, or nearly.
  let order = p >= 0.5 ? p - Math.round(p - 1) : p - Math.ceil(p) + 1;
  let value = z > 1 ? byFraction(order, z) : bySeries(order, z);
  for (; order < p - 0.5; order++) value = (1 - z * value) / order;
  for (; order > p + 0.5; order--) value = (1 - (order - 1) * value) / z;
  return value;
}
