import { loadSome, madd, storeSome } from "./lanes";

// Steps of optimisers, entries [first, end); the result may take the place of what it is made of.

@inline
function averaged(average: v128, gradient: v128, factor: v128, decay: v128, share: v128, isSquare: bool): v128 {
  const g = f32x4.mul(factor, gradient);
  return madd(share, isSquare ? f32x4.mul(g, g) : g, f32x4.mul(decay, average));
}

/** out <- decay m + share (c g)^power, with c a number at an address and power 1 or 2. */
export function movingAverage(
  average: usize,
  gradient: usize,
  factor: usize,
  out: usize,
  decay: f32,
  share: f32,
  power: i32,
  first: i32,
  end: i32,
): void {
  const c = v128.load32_splat(factor);
  const decay4 = f32x4.splat(decay);
  const share4 = f32x4.splat(share);
  const isSquare = power == 2;
  average += <usize>first << 2;
  gradient += <usize>first << 2;
  out += <usize>first << 2;
  const n = end - first;
  const fours = out + (<usize>(n & ~3) << 2);
  while (out < fours) {
    v128.store(out, averaged(v128.load(average), v128.load(gradient), c, decay4, share4, isSquare));
    average += 16;
    gradient += 16;
    out += 16;
  }
  if (n & 3) {
    const m = loadSome(average, n & 3, 0);
    storeSome(out, averaged(m, loadSome(gradient, n & 3, 0), c, decay4, share4, isSquare), n & 3);
  }
}

@inline
function stepped(w: v128, m: v128, v: v128, rate: v128, mScale: v128, vScale: v128, e: v128, decay: v128): v128 {
  const below = f32x4.add(f32x4.sqrt(f32x4.mul(v, vScale)), e);
  const direction = f32x4.div(f32x4.mul(m, mScale), below);
  return f32x4.sub(w, f32x4.mul(rate, madd(decay, w, direction)));
}

/** out <- w - rate ((m / m_t) / (sqrt(v / v_t) + epsilon) + decay w); rate, m_t and v_t are numbers at addresses. */
export function adamStep(
  weights: usize,
  average: usize,
  square: usize,
  rate: usize,
  averageShare: usize,
  squareShare: usize,
  out: usize,
  epsilon: f32,
  decay: f32,
  first: i32,
  end: i32,
): void {
  const rate4 = v128.load32_splat(rate);
  const mScale = f32x4.splat(1 / load<f32>(averageShare));
  const vScale = f32x4.splat(1 / load<f32>(squareShare));
  const epsilon4 = f32x4.splat(epsilon);
  const decay4 = f32x4.splat(decay);
  weights += <usize>first << 2;
  average += <usize>first << 2;
  square += <usize>first << 2;
  out += <usize>first << 2;
  const n = end - first;
  const fours = out + (<usize>(n & ~3) << 2);
  while (out < fours) {
    const m = v128.load(average);
    const v = v128.load(square);
    v128.store(out, stepped(v128.load(weights), m, v, rate4, mScale, vScale, epsilon4, decay4));
    weights += 16;
    average += 16;
    square += 16;
    out += 16;
  }
  if (n & 3) {
    const w = loadSome(weights, n & 3, 0);
    const m = loadSome(average, n & 3, 0);
    const v = loadSome(square, n & 3, 1);
    storeSome(out, stepped(w, m, v, rate4, mScale, vScale, epsilon4, decay4), n & 3);
  }
}
