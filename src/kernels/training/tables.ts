import { loadSome, storeSome } from "./lanes";

// Tables whose rows are picked by number, a float32 each; a number outside of the table picks nothing.

/** out[i] <- the table's row places[i], or zeros, for i in [first, end). */
export function gather(
  table: usize,
  places: usize,
  out: usize,
  width: i32,
  rows: i32,
  first: i32,
  end: i32,
): void {
  const bytes = <usize>width << 2;
  for (let i = first; i < end; i++) {
    const place = load<f32>(places + (<usize>i << 2));
    const to = out + <usize>i * bytes;
    if (place >= 0 && place < <f32>rows) memory.copy(to, table + <usize>(<i32>place) * bytes, bytes);
    else memory.fill(to, 0, bytes);
  }
}

/** out <- the sum, for each row of a table, of the values whose place it is, in their order; columns [first, end). */
export function scatterAdd(
  values: usize,
  places: usize,
  out: usize,
  count: i32,
  width: i32,
  rows: i32,
  first: i32,
  end: i32,
): void {
  const bytes = <usize>width << 2;
  const from = <usize>first << 2;
  const part = <usize>(end - first) << 2;
  for (let row = 0; row < rows; row++) memory.fill(out + <usize>row * bytes + from, 0, part);
  for (let i = 0; i < count; i++) {
    const place = load<f32>(places + (<usize>i << 2));
    if (!(place >= 0 && place < <f32>rows)) continue;
    let value = values + <usize>i * bytes + from;
    let to = out + <usize>(<i32>place) * bytes + from;
    const fours = to + (part & ~15);
    while (to < fours) {
      v128.store(to, f32x4.add(v128.load(to), v128.load(value)));
      value += 16;
      to += 16;
    }
    const left = (end - first) & 3;
    if (left) storeSome(to, f32x4.add(loadSome(to, left, 0), loadSome(value, left, 0)), left);
  }
}
