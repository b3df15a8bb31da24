/** Ai(0) = 3^(-2/3) / Gamma(2/3) and Ai'(0) = -3^(-1/3) / Gamma(1/3). DLMF 9.2.3-9.2.4. */
const valueAtZero = 0.3550280538878172;
const slopeAtZero = -0.2588194037928068;

/** Beyond this the asymptotic series has a smallest term under 1e-17 (it is e^(-2 zeta), zeta = 27). */
const asymptoticFrom = 12;
/** Spacing of the points from which Taylor series start: 26 terms then reach 1e-17. */
const spacing = 0.25;
const leftmost = -30;

type Pair = readonly [value: number, slope: number];

/** Ai and Ai' at `origin + step`, from their values at `origin`: the Taylor series of y'' = x y. */
function taylor(origin: number, [value, slope]: Pair, step: number): Pair {
  let older = 0;
  let old = value;
  let current = slope;
  let sum = value + slope * step;
  let derivative = slope;
  let power = step;
  for (let n = 0; n < 26; n++) {
    const next = (origin * old + older) / ((n + 1) * (n + 2));
    derivative += (n + 2) * next * power;
    power *= step;
    sum += next * power;
    older = old;
    old = current;
    current = next;
  }
  return [sum, derivative];
}

/** Ai and Ai' for large positive x. DLMF 9.7.5-9.7.6. */
function asymptotic(x: number): Pair {
  const zeta = (2 / 3) * x ** 1.5;
  let u = 1;
  let sum = 1;
  let slopeSum = 1;
  let power = 1;
  for (let k = 1; k < 24; k++) {
    u *= ((6 * k - 5) * (6 * k - 3) * (6 * k - 1)) / ((2 * k - 1) * 216 * k);
    power *= -zeta;
    const term = u / power;
    if (Math.abs(term) < 1e-18) break;
    sum += term;
    slopeSum += (-(6 * k + 1) / (6 * k - 1)) * term;
  }
  const factor = Math.exp(-zeta) / (2 * Math.sqrt(Math.PI));
  return [factor * x ** -0.25 * sum, -factor * x ** 0.25 * slopeSum];
}

let table: Pair[] | null = null;

/** Ai and Ai' on the grid. Leftwards from 0 the solution oscillates and from the right it grows:
 * both directions are the stable ones. */
function grid(): Pair[] {
  if (table) return table;
  const zeroIndex = -leftmost / spacing;
  const pairs: Pair[] = new Array((asymptoticFrom - leftmost) / spacing + 1);
  pairs[zeroIndex] = [valueAtZero, slopeAtZero];
  for (let i = zeroIndex; i > 0; i--) pairs[i - 1] = taylor(leftmost + i * spacing, pairs[i]!, -spacing);
  pairs[pairs.length - 1] = asymptotic(asymptoticFrom);
  for (let i = pairs.length - 1; i > zeroIndex + 1; i--) {
    pairs[i - 1] = taylor(leftmost + i * spacing, pairs[i]!, -spacing);
  }
  table = pairs;
  return pairs;
}

/**
 * The Airy function of the first kind and its derivative.
 *
 *     Ai'' = x Ai,  Ai(x) -> 0 as x -> infinity
 *
 * @param x - real, >= -30.
 * @returns [Ai(x), Ai'(x)], to 1e-14 of their local size.
 * @throws {RangeError} If x < -30 or NaN.
 * @source DLMF chapter 9.
 */
export function airy(x: number): Pair {
  if (!(x >= leftmost)) throw new RangeError(`x must be in [${leftmost}, infinity), got ${x}`);
  if (x >= asymptoticFrom) return asymptotic(x);
  const index = Math.round((x - leftmost) / spacing);
  const origin = leftmost + index * spacing;
  return taylor(origin, grid()[index]!, x - origin);
}
