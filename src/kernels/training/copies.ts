// Entries moved as they are.

/** out <- x, entries [first, end). */
export function copyEntries(x: usize, out: usize, first: i32, end: i32): void {
  memory.copy(out + (<usize>first << 2), x + (<usize>first << 2), <usize>(end - first) << 2);
}

/** Runs [first, end) of `length` entries; run i begins at entry i pitch + start. */
export function copyRuns(
  from: usize,
  fromPitch: i32,
  fromStart: i32,
  to: usize,
  toPitch: i32,
  toStart: i32,
  length: i32,
  first: i32,
  end: i32,
): void {
  for (let i = first; i < end; i++) {
    const source = from + (<usize>(i * fromPitch + fromStart) << 2);
    memory.copy(to + (<usize>(i * toPitch + toStart) << 2), source, <usize>length << 2);
  }
}

/** Zeros in runs [first, end) of `length` entries. */
export function clearRuns(to: usize, toPitch: i32, toStart: i32, length: i32, first: i32, end: i32): void {
  for (let i = first; i < end; i++) {
    memory.fill(to + (<usize>(i * toPitch + toStart) << 2), 0, <usize>length << 2);
  }
}

/**
 * out <- entries of x by any strides, 0 along axes that repeat; rows [first, end) of the innermost axis.
 *
 * @param table - int32: the sides of out, then the strides in x. @param rank - of them, >= 1.
 */
export function copyStrided(x: usize, out: usize, table: usize, rank: i32, first: i32, end: i32): void {
  const inner = rank - 1;
  const width = load<i32>(table + (<usize>inner << 2));
  const strides = table + (<usize>rank << 2);
  const step = load<i32>(strides + (<usize>inner << 2));
  for (let row = first; row < end; row++) {
    let from = x;
    let rest = row;
    for (let axis = inner - 1; axis >= 0; axis--) {
      const side = load<i32>(table + (<usize>axis << 2));
      const above = rest / side;
      from += <usize>((rest - above * side) * load<i32>(strides + (<usize>axis << 2))) << 2;
      rest = above;
    }
    copyRow(from, step, out + (<usize>(row * width) << 2), width);
  }
}

function copyRow(from: usize, step: i32, to: usize, n: i32): void {
  const fours = to + (<usize>(n & ~3) << 2);
  const end = to + (<usize>n << 2);
  if (step == 1) {
    while (to < fours) {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    }
  } else if (step == 0) {
    const entry = v128.load32_splat(from);
    while (to < fours) {
      v128.store(to, entry);
      to += 16;
    }
  }
  const bytes = <usize>step << 2;
  while (to < end) {
    store<f32>(to, load<f32>(from));
    from += bytes;
    to += 4;
  }
}
