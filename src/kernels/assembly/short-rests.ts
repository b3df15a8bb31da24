import { madd, panelBytes, rowBytes } from "./layout";
import { capacity, counts, factorStride, factors, restBytes, rests } from "./short-areas";

/**
 * G_IJ <- G_IJ + (C_IJ + C_JI') / 2 for the places that are packed: C = l'v by the rests of each column, in the order
 * of their places.
 *
 * @param scratch - as large as a block.
 */
export function addRests(block: usize, I: i32, J: i32, scratch: usize): void {
  const isDiagonal = I == J;
  multiplyRests(scratch, J, I, false);
  if (!isDiagonal) multiplyRests(block, I, J, true);
  for (let j: usize = 0; j < 16; j++) {
    for (let i: usize = isDiagonal ? j : 0; i < 16; i++) {
      const g = block + j * panelBytes + i * 4 * rowBytes;
      const transposed = scratch + i * panelBytes + j * 4 * rowBytes;
      if (isDiagonal) addBoth(g, scratch + j * panelBytes + i * 4 * rowBytes, transposed);
      else addTransposed(g, transposed);
    }
  }
}

/** C <- l'v for the rests of columns I and v of columns J, laid out as a block, or C <- C + l'v. */
function multiplyRests(
  block: usize,
  I: i32,
  J: i32,
  isSum: bool,
): void {
  const ofColumns = counts + <usize>I * 256;
  const pitch = <usize>capacity * restBytes;
  let v = factors + <usize>(4 * J) * factorStride;
  for (const end = block + 16 * panelBytes; block < end; block += 4 * panelBytes) {
    let c = block;
    let at = rests + <usize>(64 * I) * pitch;
    for (let count = ofColumns; count < ofColumns + 256; count += 4) {
      multiplyRow(c, v, at, load<i32>(count), isSum);
      at += pitch;
      c += rowBytes;
    }
    v += factorStride;
  }
}

/** c <- l v for 16 entries of a row, or c <- c + l v. */
@inline
function multiplyRow(c: usize, v: usize, at: usize, count: i32, isSum: bool): void {
  let c0 = f64x2.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  for (const end = at + <usize>count * restBytes; at < end; at += restBytes) {
    const l = v128.load64_splat(at, 4);
    const k = v + <usize>load<i32>(at);
    c0 = madd(l, v128.load(k), c0);
    c1 = madd(l, v128.load(k, 16), c1);
    c2 = madd(l, v128.load(k, 32), c2);
    c3 = madd(l, v128.load(k, 48), c3);
    c4 = madd(l, v128.load(k, 64), c4);
    c5 = madd(l, v128.load(k, 80), c5);
    c6 = madd(l, v128.load(k, 96), c6);
    c7 = madd(l, v128.load(k, 112), c7);
  }
  if (isSum) {
    c0 = f64x2.add(c0, v128.load(c));
    c1 = f64x2.add(c1, v128.load(c, 16));
    c2 = f64x2.add(c2, v128.load(c, 2048));
    c3 = f64x2.add(c3, v128.load(c, 2064));
    c4 = f64x2.add(c4, v128.load(c, 4096));
    c5 = f64x2.add(c5, v128.load(c, 4112));
    c6 = f64x2.add(c6, v128.load(c, 6144));
    c7 = f64x2.add(c7, v128.load(c, 6160));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 2048);
  v128.store(c, c3, 2064);
  v128.store(c, c4, 4096);
  v128.store(c, c5, 4112);
  v128.store(c, c6, 6144);
  v128.store(c, c7, 6160);
}

/** G <- G + C' for a square of 4 x 4. */
@inline
function addTransposed(g: usize, c: usize): void {
  for (let i: usize = 0; i < 2; i++) {
    const c0 = v128.load(c + 16 * i);
    const c1 = v128.load(c + 16 * i, 32);
    const c2 = v128.load(c + 16 * i, 64);
    const c3 = v128.load(c + 16 * i, 96);
    const row = g + 64 * i;
    v128.store(row, f64x2.add(v128.load(row), v128.shuffle<f64>(c0, c1, 0, 2)));
    v128.store(row, f64x2.add(v128.load(row, 16), v128.shuffle<f64>(c2, c3, 0, 2)), 16);
    v128.store(row, f64x2.add(v128.load(row, 32), v128.shuffle<f64>(c0, c1, 1, 3)), 32);
    v128.store(row, f64x2.add(v128.load(row, 48), v128.shuffle<f64>(c2, c3, 1, 3)), 48);
  }
}

/** G <- G + (C + D') for a square of 4 x 4: on the diagonal, where D is C, symmetric to the last bit. */
function addBoth(g: usize, c: usize, d: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    for (let j: usize = 0; j < 4; j++) {
      const sum = load<f64>(c + i * rowBytes + j * 8) + load<f64>(d + j * rowBytes + i * 8);
      const at = g + i * rowBytes + j * 8;
      store<f64>(at, load<f64>(at) + sum);
    }
  }
}
