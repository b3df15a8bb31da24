import { rowBytes } from "./layout";

// Packing for the Gram matrix: panel p holds, for each place k of the long side, the entries 4p .. 4p + 3 of the
// short side, as float64. `inverse` scales the entries; a power of two keeps their digits.

/** Rows of a tall matrix, float32: `count` rows of `width` entries; panels `stride` bytes apart. */
export function packRowsF32(from: usize, count: i32, width: i32, to: usize, stride: usize, inverse: f64): void {
  const scale = f64x2.splat(inverse);
  const whole = width >> 2;
  for (let k = 0; k < count; k++) {
    let out = to + <usize>k * rowBytes;
    let row = from + <usize>(k * width) * 4;
    for (let p = 0; p < whole; p++) {
      v128.store(out, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(row)), scale));
      v128.store(out, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(row, 8)), scale), 16);
      row += 16;
      out += stride;
    }
    for (let lane = 0; lane < (width & 3); lane++) {
      store<f64>(out + <usize>lane * 8, <f64>load<f32>(row + <usize>lane * 4) * inverse);
    }
  }
}

/** Rows of a tall matrix, float64. */
export function packRowsF64(from: usize, count: i32, width: i32, to: usize, stride: usize, inverse: f64): void {
  const scale = f64x2.splat(inverse);
  const whole = width >> 2;
  for (let k = 0; k < count; k++) {
    let out = to + <usize>k * rowBytes;
    let row = from + <usize>(k * width) * 8;
    for (let p = 0; p < whole; p++) {
      v128.store(out, f64x2.mul(v128.load(row), scale));
      v128.store(out, f64x2.mul(v128.load(row, 16), scale), 16);
      row += 32;
      out += stride;
    }
    for (let lane = 0; lane < (width & 3); lane++) {
      store<f64>(out + <usize>lane * 8, load<f64>(row + <usize>lane * 8) * inverse);
    }
  }
}

/** Columns of a wide matrix, float32: `height` rows, `pitch` entries apart, `count` columns of each. */
export function packColumnsF32(
  from: usize,
  count: i32,
  pitch: i32,
  height: i32,
  to: usize,
  stride: usize,
  inverse: f64,
): void {
  for (let i = 0; i < height; i++) {
    let row = from + <usize>(i * pitch) * 4;
    let out = to + <usize>(i >> 2) * stride + <usize>(i & 3) * 8;
    for (let k = 0; k < count; k++) {
      store<f64>(out, <f64>load<f32>(row) * inverse);
      row += 4;
      out += rowBytes;
    }
  }
}

/** Columns of a wide matrix, float64. */
export function packColumnsF64(
  from: usize,
  count: i32,
  pitch: i32,
  height: i32,
  to: usize,
  stride: usize,
  inverse: f64,
): void {
  for (let i = 0; i < height; i++) {
    let row = from + <usize>(i * pitch) * 8;
    let out = to + <usize>(i >> 2) * stride + <usize>(i & 3) * 8;
    for (let k = 0; k < count; k++) {
      store<f64>(out, load<f64>(row) * inverse);
      row += 8;
      out += rowBytes;
    }
  }
}
