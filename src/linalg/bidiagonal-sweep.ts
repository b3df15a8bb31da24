/** Vectors carried along: row `order[i]` of one basis and of the other belong to entry i of the diagonal. */
export interface Bases {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly order: Int32Array;
  /** 1 where the block was transposed, so that left and right have changed places. */
  readonly swapped: Uint8Array;
}

/** Cosines and sines of one sweep. */
export interface Rotations {
  readonly rightCosines: Float64Array;
  readonly rightSines: Float64Array;
  readonly leftCosines: Float64Array;
  readonly leftSines: Float64Array;
}

/** sqrt(f^2 + g^2), for entries of at most a few units. */
function length(f: number, g: number): number {
  const sum = f * f + g * g;
  if (sum > 1e-280) return Math.sqrt(sum);
  const large = Math.max(Math.abs(f), Math.abs(g));
  return large === 0 ? 0 : large * Math.sqrt((f / large) ** 2 + (g / large) ** 2);
}

/** One implicit QR sweep with shift 0: no subtraction, so that every entry keeps its digits. */
export function sweepWithoutShift(
  d: Float64Array,
  e: Float64Array,
  start: number,
  end: number,
  { rightCosines, rightSines, leftCosines, leftSines }: Rotations,
): void {
  let cosine = 1;
  let oldCosine = 1;
  let oldSine = 0;
  for (let i = start; i < end; i++) {
    const f = d[i]! * cosine;
    const r = length(f, e[i]!);
    cosine = r === 0 ? 1 : f / r;
    const sine = r === 0 ? 0 : e[i]! / r;
    if (i > start) e[i - 1] = oldSine * r;
    const oldF = oldCosine * r;
    const oldG = d[i + 1]! * sine;
    const oldR = length(oldF, oldG);
    oldCosine = oldR === 0 ? 1 : oldF / oldR;
    oldSine = oldR === 0 ? 0 : oldG / oldR;
    d[i] = oldR;
    rightCosines[i] = cosine;
    rightSines[i] = sine;
    leftCosines[i] = oldCosine;
    leftSines[i] = oldSine;
  }
  const last = d[end]! * cosine;
  d[end] = last * oldCosine;
  e[end - 1] = last * oldSine;
}

/** One implicit QR sweep on B'B - shift^2 I, by the chase of a bulge. */
export function sweepWithShift(
  d: Float64Array,
  e: Float64Array,
  start: number,
  end: number,
  shift: number,
  { rightCosines, rightSines, leftCosines, leftSines }: Rotations,
): void {
  const first = d[start]!;
  let f = (Math.abs(first) - shift) * (Math.sign(first) + shift / first);
  let g = e[start]!;
  for (let i = start; i < end; i++) {
    const r = length(f, g);
    const rightCosine = r === 0 ? 1 : f / r;
    const rightSine = r === 0 ? 0 : g / r;
    if (i > start) e[i - 1] = r;
    f = rightCosine * d[i]! + rightSine * e[i]!;
    const above = rightCosine * e[i]! - rightSine * d[i]!;
    g = rightSine * d[i + 1]!;
    const below = rightCosine * d[i + 1]!;
    const leftR = length(f, g);
    const leftCosine = leftR === 0 ? 1 : f / leftR;
    const leftSine = leftR === 0 ? 0 : g / leftR;
    d[i] = leftR;
    f = leftCosine * above + leftSine * below;
    d[i + 1] = leftCosine * below - leftSine * above;
    if (i < end - 1) {
      g = leftSine * e[i + 1]!;
      e[i + 1] = leftCosine * e[i + 1]!;
    }
    rightCosines[i] = rightCosine;
    rightSines[i] = rightSine;
    leftCosines[i] = leftCosine;
    leftSines[i] = leftSine;
  }
  e[end - 1] = f;
}

/** Applies the rotations of a sweep to the vectors. */
export function turnBases(bases: Bases, start: number, end: number, rotations: Rotations, n: number): void {
  const isSwapped = bases.swapped[start] === 1;
  const { rightCosines, rightSines, leftCosines, leftSines } = rotations;
  turnRows(isSwapped ? bases.right : bases.left, bases.order, start, end, leftCosines, leftSines, n);
  turnRows(isSwapped ? bases.left : bases.right, bases.order, start, end, rightCosines, rightSines, n);
}

/** Rows of a basis, turned in pairs down the block. */
function turnRows(
  basis: Float64Array,
  order: Int32Array,
  start: number,
  end: number,
  cosines: Float64Array,
  sines: Float64Array,
  n: number,
): void {
  for (let i = start; i < end; i++) {
    const cosine = cosines[i]!;
    const sine = sines[i]!;
    let p = order[i]! * n;
    let q = order[i + 1]! * n;
    for (const stop = p + n; p < stop; p++, q++) {
      const x = basis[p]!;
      const y = basis[q]!;
      basis[p] = cosine * x + sine * y;
      basis[q] = cosine * y - sine * x;
    }
  }
}
