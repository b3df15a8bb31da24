// Packing for the product: a panel holds, for each place of the long side, the entries of its `width` lanes (rows of A,
// columns of B) side by side, so that the product reads memory in order whatever the strides were.

/**
 * Packs `lanes` lanes of `count` entries into panels of `width` lanes; what the last panel lacks is zero.
 *
 * @param from - the first entry. @param laneStride - entries between lanes; placeStride - between places of a lane.
 * @param width - lanes of a panel. @param to - ceil(lanes / width) panels of `count` times `width` entries.
 */
export function packPanels(
  from: usize,
  lanes: i32,
  count: i32,
  laneStride: i32,
  placeStride: i32,
  width: i32,
  to: usize,
): void {
  const laneBytes = <usize>laneStride << 2;
  const placeBytes = <usize>placeStride << 2;
  const pitch = <usize>width << 2;
  const panelBytes = <usize>count * pitch;
  while (lanes > 0) {
    let lane = 0;
    if (laneStride == 1) {
      // Some panels at once where lanes lie side by side: a line of the cache is read once, not once a panel.
      if (width == 8 && lanes >= 16) {
        packTwoEights(from, count, placeBytes, to, panelBytes);
        from += 64;
        lanes -= 16;
        to += 2 * panelBytes;
        continue;
      }
      if (width == 5 && lanes >= 15) {
        packThreeFives(from, count, placeBytes, to, panelBytes);
        from += 60;
        lanes -= 15;
        to += 3 * panelBytes;
        continue;
      }
    }
    const present = min(width, lanes);
    for (; lane + 4 <= present; lane += 4) {
      packFour(from + <usize>lane * laneBytes, count, laneBytes, placeBytes, to + (<usize>lane << 2), pitch);
    }
    for (; lane < present; lane++) {
      packOne(from + <usize>lane * laneBytes, count, placeBytes, to + (<usize>lane << 2), pitch);
    }
    for (; lane < width; lane++) fillZero(count, to + (<usize>lane << 2), pitch);
    from += <usize>width * laneBytes;
    to += panelBytes;
    lanes -= width;
  }
}

function packTwoEights(from: usize, count: i32, placeBytes: usize, to: usize, panelBytes: usize): void {
  const end = to + panelBytes;
  let second = end;
  while (to < end) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(second, v128.load(from, 32));
    v128.store(second, v128.load(from, 48), 16);
    from += placeBytes;
    to += 32;
    second += 32;
  }
}

function packThreeFives(from: usize, count: i32, placeBytes: usize, to: usize, panelBytes: usize): void {
  const end = to + panelBytes;
  let second = end;
  let third = end + panelBytes;
  while (to < end) {
    v128.store(to, v128.load(from));
    store<f32>(to, load<f32>(from, 16), 16);
    v128.store(second, v128.load(from, 20));
    store<f32>(second, load<f32>(from, 36), 16);
    v128.store(third, v128.load(from, 40));
    store<f32>(third, load<f32>(from, 56), 16);
    from += placeBytes;
    to += 20;
    second += 20;
    third += 20;
  }
}

/** Four lanes of a panel whose places are `pitch` bytes apart. */
function packFour(from: usize, count: i32, laneBytes: usize, placeBytes: usize, to: usize, pitch: usize): void {
  const end = to + <usize>count * pitch;
  if (laneBytes == 4) {
    while (to < end) {
      v128.store(to, v128.load(from));
      from += placeBytes;
      to += pitch;
    }
    return;
  }
  let a = from;
  let b = a + laneBytes;
  let c = b + laneBytes;
  let d = c + laneBytes;
  if (placeBytes == 4) {
    const whole = to + <usize>(count & ~3) * pitch;
    while (to < whole) {
      const x = v128.load(a);
      const y = v128.load(b);
      const z = v128.load(c);
      const w = v128.load(d);
      const xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
      const zw = v128.shuffle<f32>(z, w, 0, 4, 1, 5);
      const xyHigh = v128.shuffle<f32>(x, y, 2, 6, 3, 7);
      const zwHigh = v128.shuffle<f32>(z, w, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f64>(xy, zw, 0, 2));
      to += pitch;
      v128.store(to, v128.shuffle<f64>(xy, zw, 1, 3));
      to += pitch;
      v128.store(to, v128.shuffle<f64>(xyHigh, zwHigh, 0, 2));
      to += pitch;
      v128.store(to, v128.shuffle<f64>(xyHigh, zwHigh, 1, 3));
      to += pitch;
      a += 16;
      b += 16;
      c += 16;
      d += 16;
    }
  }
  while (to < end) {
    store<f32>(to, load<f32>(a));
    store<f32>(to, load<f32>(b), 4);
    store<f32>(to, load<f32>(c), 8);
    store<f32>(to, load<f32>(d), 12);
    a += placeBytes;
    b += placeBytes;
    c += placeBytes;
    d += placeBytes;
    to += pitch;
  }
}

function packOne(from: usize, count: i32, placeBytes: usize, to: usize, pitch: usize): void {
  for (let place = 0; place < count; place++) {
    store<f32>(to, load<f32>(from));
    from += placeBytes;
    to += pitch;
  }
}

function fillZero(count: i32, to: usize, pitch: usize): void {
  for (let place = 0; place < count; place++) {
    store<f32>(to, 0);
    to += pitch;
  }
}
