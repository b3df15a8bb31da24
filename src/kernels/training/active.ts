import { madd } from "./lanes";

// The product with a matrix of which only some rows are needed: those of the active neurons. A list holds, for each
// entry that counts, the entry and where its neuron's row begins. For many rows of A the matrix lies in panels of 48
// columns, which 12 registers sum and a cache keeps for all of them; for few, row by row, so that memory is read in order.

/** Bytes of an entry of a list. */
const listedBytes: usize = 8;
/** In the last page, which a memory never has. */
const lastAddress: usize = 0xffffff00;

/**
 * Lists the entries of some rows that are not zero (NaN is not), group by group of columns: each entry, float32, and
 * the bytes from the first neuron's row to its neuron's, int32. Written without a branch, so one more is touched.
 *
 * @param from - rows of `columns` entries, side by side. @param group - columns of a group, the last may have less.
 * @param pitch - bytes from row to row.
 * @param all - 1 to list zeros too.
 * @param list - room for rows times columns, and one more. @param ends - the list's end after each group, an address.
 * @returns how many are listed.
 */
export function listActive(from: usize, rows: i32, columns: i32, group: i32, pitch: i32, all: i32, list: usize, ends: usize): i32 {
  const start = list;
  for (let row = 0; row < rows; row++) {
    let offset: u32 = 0;
    for (let first = 0; first < columns; first += group) {
      const end = from + (<usize>min(group, columns - first) << 2);
      while (from < end) {
        const bits = load<u32>(from);
        store<u32>(list, bits);
        store<u32>(list, offset, 4);
        list += <usize>i32((bits << 1 | all) != 0) << 3;
        offset += pitch;
        from += 4;
      }
      store<u32>(ends, <u32>list);
      ends += 4;
    }
  }
  return <i32>((list - start) / listedBytes);
}

/** c <- x, or c + x. */
@inline
function put(c: usize, x: v128, adds: bool): void {
  v128.store(c, adds ? f32x4.add(v128.load(c), x) : x);
}

/**
 * Sums listed rows of a panel, all 48 columns.
 *
 * A branch that is never taken follows every two sums, as in `product.ts`: without them all of a row is loaded first,
 * which leaves no registers for the sums. @param last - above any address of the panel.
 */
function sumRows48(list: usize, end: usize, panel: usize, last: usize, out: usize, adds: bool): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  let c8 = c0;
  let c9 = c0;
  let c10 = c0;
  let c11 = c0;
  while (list < end) {
    const a = v128.load32_splat(list);
    let row = panel + <usize>load<u32>(list, 4);
    c0 = madd(a, v128.load(row), c0);
    c1 = madd(a, v128.load(row, 16), c1);
    row += 32;
    if (row > last) break;
    c2 = madd(a, v128.load(row), c2);
    c3 = madd(a, v128.load(row, 16), c3);
    row += 32;
    if (row > last) break;
    c4 = madd(a, v128.load(row), c4);
    c5 = madd(a, v128.load(row, 16), c5);
    row += 32;
    if (row > last) break;
    c6 = madd(a, v128.load(row), c6);
    c7 = madd(a, v128.load(row, 16), c7);
    row += 32;
    if (row > last) break;
    c8 = madd(a, v128.load(row), c8);
    c9 = madd(a, v128.load(row, 16), c9);
    row += 32;
    if (row > last) break;
    c10 = madd(a, v128.load(row), c10);
    c11 = madd(a, v128.load(row, 16), c11);
    list += listedBytes;
  }
  put(out, c0, adds);
  put(out + 16, c1, adds);
  put(out + 32, c2, adds);
  put(out + 48, c3, adds);
  put(out + 64, c4, adds);
  put(out + 80, c5, adds);
  put(out + 96, c6, adds);
  put(out + 112, c7, adds);
  put(out + 128, c8, adds);
  put(out + 144, c9, adds);
  put(out + 160, c10, adds);
  put(out + 176, c11, adds);
}

/** {@link sumRows48} for the 16 columns that `panel` points at. */
function sumRows16(list: usize, end: usize, panel: usize, out: usize, adds: bool): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  while (list < end) {
    const a = v128.load32_splat(list);
    const row = panel + <usize>load<u32>(list, 4);
    c0 = madd(a, v128.load(row), c0);
    c1 = madd(a, v128.load(row, 16), c1);
    c2 = madd(a, v128.load(row, 32), c2);
    c3 = madd(a, v128.load(row, 48), c3);
    list += listedBytes;
  }
  put(out, c0, adds);
  put(out + 16, c1, adds);
  put(out + 32, c2, adds);
  put(out + 48, c3, adds);
}

/** Reads each line of a panel: in order that is several times as fast as row by row as they are listed. */
function fetch(panel: usize, bytes: usize, scratch: usize): void {
  let all = f32x4.splat(0);
  const end = panel + bytes;
  while (panel < end) {
    all = v128.or(all, v128.load(panel));
    panel += 64;
  }
  v128.store(scratch, all);
}

/**
 * Some columns of C = A B, for A by its listed entries: an entry's sum runs over a group's listed neurons in their
 * order, starting at zero; sums of groups are added one after another, as the dense product adds its blocks.
 *
 * @param list, ends - of {@link listActive}. @param groups - groups of a row.
 * @param panel - of B: for each neuron 48 columns, side by side. @param columns - those that C has, 1 to 48.
 * @param out - C. @param rowStride - entries between its rows. @param scratch - 64 bytes to work in.
 * @param panelBytes - of the panel to be read in order beforehand: all, or 0 where few of its rows are needed.
 */
export function multiplyActive(
  list: usize,
  ends: usize,
  rows: i32,
  groups: i32,
  panel: usize,
  columns: i32,
  out: usize,
  rowStride: i32,
  scratch: usize,
  panelBytes: usize,
): void {
  fetch(panel, panelBytes, scratch);
  for (let row = 0; row < rows; row++) {
    if (columns == 48) {
      let from = list;
      for (let group = 0; group < groups; group++) {
        const end = <usize>load<u32>(ends + (<usize>group << 2));
        sumRows48(from, end, panel, lastAddress, out, group > 0);
        from = end;
      }
    } else {
      for (let column = 0; column < columns; column += 16) {
        const to = out + (<usize>column << 2);
        const width = min(16, columns - column);
        const tile = width == 16 ? to : scratch;
        let from = list;
        for (let group = 0; group < groups; group++) {
          const end = <usize>load<u32>(ends + (<usize>group << 2));
          sumRows16(from, end, panel + (<usize>column << 2), tile, group > 0);
          from = end;
        }
        for (let i: usize = 0; width < 16 && i < <usize>width << 2; i += 4) {
          store<f32>(to + i, load<f32>(scratch + i));
        }
      }
    }
    ends += <usize>groups << 2;
    list = <usize>load<u32>(ends - 4);
    out += <usize>rowStride << 2;
  }
}

/** c <- c + a row, for some entries, a multiple of 8. */
function addRow(list: usize, rows: usize, c: usize, bytes: usize): void {
  const a = v128.load32_splat(list);
  let row = rows + <usize>load<u32>(list, 4);
  const end = c + bytes;
  while (c < end) {
    v128.store(c, madd(a, v128.load(row), v128.load(c)));
    v128.store(c, madd(a, v128.load(row, 16), v128.load(c, 16)), 16);
    row += 32;
    c += 32;
  }
}

/** {@link addRow} for four listed rows, one after another. */
function addFourRows(list: usize, rows: usize, c: usize, bytes: usize): void {
  const a0 = v128.load32_splat(list);
  const a1 = v128.load32_splat(list, 8);
  const a2 = v128.load32_splat(list, 16);
  const a3 = v128.load32_splat(list, 24);
  let r0 = rows + <usize>load<u32>(list, 4);
  let r1 = rows + <usize>load<u32>(list, 12);
  let r2 = rows + <usize>load<u32>(list, 20);
  let r3 = rows + <usize>load<u32>(list, 28);
  const end = c + bytes;
  while (c < end) {
    let x = madd(a0, v128.load(r0), v128.load(c));
    let y = madd(a0, v128.load(r0, 16), v128.load(c, 16));
    x = madd(a1, v128.load(r1), x);
    y = madd(a1, v128.load(r1, 16), y);
    x = madd(a2, v128.load(r2), x);
    y = madd(a2, v128.load(r2, 16), y);
    v128.store(c, madd(a3, v128.load(r3), x));
    v128.store(c, madd(a3, v128.load(r3, 16), y), 16);
    r0 += 32;
    r1 += 32;
    r2 += 32;
    r3 += 32;
    c += 32;
  }
}

/**
 * One row of C = A B, for A by its listed entries and B row by row: the same sums as of {@link multiplyActive}.
 *
 * @param list, ends - of {@link listActive}, this row's. @param groups - groups of the row.
 * @param rows - of B. @param bytes - of a row of B and of `out`, a multiple of 32.
 * @param out - the row of C, filled up. @param scratch - `bytes` to work in.
 */
export function addActiveRows(list: usize, ends: usize, groups: i32, rows: usize, bytes: i32, out: usize, scratch: usize): void {
  for (let group = 0; group < groups; group++) {
    const end = <usize>load<u32>(ends + (<usize>group << 2));
    const c = group == 0 ? out : scratch;
    memory.fill(c, 0, bytes);
    while (list + 4 * listedBytes <= end) {
      addFourRows(list, rows, c, bytes);
      list += 4 * listedBytes;
    }
    while (list < end) {
      addRow(list, rows, c, bytes);
      list += listedBytes;
    }
    for (let i: usize = 0; group > 0 && i < <usize>bytes; i += 16) put(out + i, v128.load(scratch + i), true);
  }
}
