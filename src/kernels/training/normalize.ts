import { across, loadSome, madd, storeSome } from "./lanes";
import { sumOf } from "./sums";

/** The sum of (x - mean)^2 over n entries. */
function spreadOf(x: usize, n: i32, mean: f32): f32 {
  const mean4 = f32x4.splat(mean);
  let s0 = f32x4.splat(0);
  const fours = x + (<usize>(n & ~3) << 2);
  while (x < fours) {
    const d = f32x4.sub(v128.load(x), mean4);
    s0 = madd(d, d, s0);
    x += 16;
  }
  if (n & 3) {
    const d = f32x4.sub(loadSome(x, n & 3, mean), mean4);
    s0 = madd(d, d, s0);
  }
  return across(s0);
}

/** out <- (x - mean) / sqrt(mean square around it + epsilon), each row; the mean is 0 unless `centred`. */
export function normalize(
  x: usize,
  out: usize,
  width: i32,
  centred: i32,
  epsilon: f32,
  first: i32,
  end: i32,
): void {
  const left = width & 3;
  for (let row = first; row < end; row++) {
    let from = x + (<usize>(row * width) << 2);
    let to = out + (<usize>(row * width) << 2);
    const mean = centred ? sumOf(from, width) / <f32>width : 0;
    const mean4 = f32x4.splat(mean);
    const inverse = f32x4.splat(1 / sqrt(spreadOf(from, width, mean) / <f32>width + epsilon));
    const fours = to + (<usize>(width & ~3) << 2);
    while (to < fours) {
      v128.store(to, f32x4.mul(f32x4.sub(v128.load(from), mean4), inverse));
      from += 16;
      to += 16;
    }
    if (left) storeSome(to, f32x4.mul(f32x4.sub(loadSome(from, left, 0), mean4), inverse), left);
  }
}

/** out <- r (g - mean g - y mean(g y)), each row, y the normalised x and r what normalises it. */
export function normalizeGradient(
  x: usize,
  g: usize,
  out: usize,
  width: i32,
  centred: i32,
  epsilon: f32,
  first: i32,
  end: i32,
): void {
  const left = width & 3;
  const share: f32 = 1 / <f32>width;
  for (let row = first; row < end; row++) {
    const at = <usize>(row * width) << 2;
    const bytes = <usize>(width & ~3) << 2;
    const mean = centred ? sumOf(x + at, width) * share : 0;
    const mean4 = f32x4.splat(mean);
    const inverse = f32x4.splat(1 / sqrt(spreadOf(x + at, width, mean) * share + epsilon));
    let along = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      along = madd(f32x4.sub(v128.load(x + at + i), mean4), v128.load(g + at + i), along);
    }
    if (left) {
      const around = f32x4.sub(loadSome(x + at + bytes, left, mean), mean4);
      along = madd(around, loadSome(g + at + bytes, left, 0), along);
    }
    // y mean(g y) = (x - mean) r^2 mean(g (x - mean)).
    const factor = f32x4.mul(f32x4.mul(inverse, inverse), f32x4.splat(across(along) * share));
    const meanGradient = f32x4.splat(centred ? sumOf(g + at, width) * share : 0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const around = f32x4.sub(v128.load(x + at + i), mean4);
      const own = f32x4.sub(f32x4.sub(v128.load(g + at + i), meanGradient), f32x4.mul(around, factor));
      v128.store(out + at + i, f32x4.mul(own, inverse));
    }
    if (left) {
      const around = f32x4.sub(loadSome(x + at + bytes, left, mean), mean4);
      const own = f32x4.sub(loadSome(g + at + bytes, left, 0), meanGradient);
      storeSome(out + at + bytes, f32x4.mul(f32x4.sub(own, f32x4.mul(around, factor)), inverse), left);
    }
  }
}
