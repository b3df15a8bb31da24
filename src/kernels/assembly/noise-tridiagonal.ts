// The draws of `linalg/random.ts`, bit for bit: xoshiro128++, normals by the polar method, gamma by Marsaglia and Tsang.

@external("Math", "log")
declare function log(x: f64): f64;
@external("Math", "pow")
declare function pow(x: f64, exponent: f64): f64;

let a: u32 = 0;
let b: u32 = 0;
let c: u32 = 0;
let d: u32 = 0;
/** The second normal of a pair, or NaN. */
let spare: f64 = NaN;

@inline
function next(): u32 {
  const sum = a + d;
  const result = rotl<u32>(sum, 7) + a;
  const shifted = b << 9;
  c ^= a;
  d ^= b;
  b ^= c;
  a ^= d;
  c ^= shifted;
  d = rotl<u32>(d, 11);
  return result;
}

function uniform(): f64 {
  const high = next() >>> 5;
  const low = next() >>> 6;
  return (<f64>high * 67108864 + <f64>low) / 9007199254740992;
}

function normal(): f64 {
  if (spare == spare) {
    const value = spare;
    spare = NaN;
    return value;
  }
  for (;;) {
    const x = 2 * uniform() - 1;
    const y = 2 * uniform() - 1;
    const square = x * x + y * y;
    if (square == 0 || square >= 1) continue;
    const radius = sqrt((-2 * log(square)) / square);
    spare = y * radius;
    return x * radius;
  }
}

/** Of a shape of 1 or more. */
function gamma(shape: f64): f64 {
  const d = shape - 1.0 / 3.0;
  const c = 1 / sqrt(9 * d);
  for (;;) {
    const x = normal();
    const v = pow(1 + c * x, 3);
    if (v <= 0 || log(1 - uniform()) >= (x * x) / 2 + d - d * v + d * log(v)) continue;
    return d * v;
  }
}

function chiSquared(k: i32): f64 {
  const shape = <f64>k / 2;
  if (shape >= 1) return 2 * gamma(shape);
  const raised = gamma(shape + 1);
  return 2 * (raised * pow(1 - uniform(), 1 / shape));
}

/**
 * B'B / N of the bidiagonal matrix that has the singular values of noise, but for the first draw: its diagonal entries at
 * `diagonal`, the squares of the others at `squares`, `smaller` of each.
 *
 * @param state - four words and the spare normal, which move on. @param first - the first entry of B, squared, over N.
 */
export function noiseTridiagonal(
  state: usize,
  first: f64,
  larger: i32,
  smaller: i32,
  diagonal: usize,
  squares: usize,
): void {
  a = load<u32>(state);
  b = load<u32>(state, 4);
  c = load<u32>(state, 8);
  d = load<u32>(state, 12);
  spare = load<f64>(state, 16);
  let above: f64 = 0;
  for (let i = 0; i < smaller; i++) {
    const on = i == 0 ? first : chiSquared(larger - i) / <f64>larger;
    store<f64>(diagonal + (<usize>i << 3), on + above);
    above = i < smaller - 1 ? chiSquared(smaller - 1 - i) / <f64>larger : 0;
    store<f64>(squares + (<usize>i << 3), on * above);
  }
  store<u32>(state, a);
  store<u32>(state, b, 4);
  store<u32>(state, c, 8);
  store<u32>(state, d, 12);
  store<f64>(state, spare, 16);
}
