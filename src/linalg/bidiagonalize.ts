/** A matrix in bidiagonal form, with the reflections that took it there. */
export interface BidiagonalForm {
  /** d_k, the diagonal of B, length n; of either sign. */
  readonly diagonal: Float64Array;
  /** e_k, the entries right of the diagonal, length n; the last is 0. */
  readonly superdiagonal: Float64Array;
  /** tau of each left and each right reflection I - tau v v', length n; 0 where there is none. */
  readonly leftWeights: Float64Array;
  readonly rightWeights: Float64Array;
  /**
   * `[m, n]` row-major: left reflector k is column k from row k, right reflector k is row k from
   * column k + 1; the first entry of each is 1.
   */
  readonly reflectors: Float64Array;
}

/**
 * Reduces a square or tall matrix to upper bidiagonal form by Householder reflections.
 *
 *     Q' A P = B,  Q = H_0 H_1 ... H_(n-1),  P = G_0 G_1 ... G_(n-2)
 *
 * Each step applies the last two reflections and multiplies by the next left reflector in one pass
 * over the remaining matrix, and by the next right one in a second: both four rows at a time.
 * Backward error: a small multiple of eps times the norm.
 *
 * @param a - `[m, n]` row-major, finite, entries near 1 in size; overwritten by the reflectors.
 * @param m - rows, >= n.
 * @param n - columns, >= 1.
 * @returns B, and the reflections: `reflectors` is `a` itself.
 * @source Golub & Van Loan 2013, Matrix Computations, section 5.4.8; Howell, Demmel, Fulton, Hammarling &
 *   Marmol 2008, ACM TOMS 34(3):14 (the passes merged).
 */
export function bidiagonalize(a: Float64Array, m: number, n: number): BidiagonalForm {
  const diagonal = new Float64Array(n);
  const superdiagonal = new Float64Array(n);
  const leftWeights = new Float64Array(n);
  const rightWeights = new Float64Array(n);
  let u = new Float64Array(m); // pending update: A <- A - u y' - x v'
  let nextU = new Float64Array(m);
  const x = new Float64Array(m);
  const v = new Float64Array(n);
  let y = new Float64Array(n);
  let nextY = new Float64Array(n);
  const head = new Float64Array(2);

  for (let k = 0; k < n; k++) {
    // Column k, with the pending update applied; its reflection.
    const yk = y[k]!;
    const vk = v[k]!;
    for (let i = k; i < m; i++) nextU[i] = a[i * n + k]! - u[i]! * yk - x[i]! * vk;
    reflect(nextU, k, m, head);
    diagonal[k] = head[0]!;
    const leftWeight = head[1]!;
    leftWeights[k] = leftWeight;
    if (k < n - 1) {
      nextY.fill(0, k + 1);
      updateAndMultiply(a, m, n, k, u, x, y, v, nextU, nextY);
      for (let j = k + 1; j < n; j++) nextY[j] = nextY[j]! * leftWeight;
      // Row k after that reflection; its own.
      for (let j = k + 1; j < n; j++) v[j] = a[k * n + j]! - nextY[j]!;
      reflect(v, k + 1, n, head);
      superdiagonal[k] = head[0]!;
      rightWeights[k] = head[1]!;
      let dot = 0;
      for (let j = k + 1; j < n; j++) dot += nextY[j]! * v[j]!;
      multiply(a, m, n, k + 1, v, x);
      for (let i = k + 1; i < m; i++) x[i] = head[1]! * (x[i]! - nextU[i]! * dot);
      for (let j = k + 1; j < n; j++) a[k * n + j] = v[j]!;
    }
    for (let i = k; i < m; i++) a[i * n + k] = nextU[i]!;
    [u, nextU] = [nextU, u];
    [y, nextY] = [nextY, y];
  }
  return { diagonal, superdiagonal, leftWeights, rightWeights, reflectors: a };
}

/**
 * Q x, where A = Q B P' and Q is left of the bidiagonal form.
 *
 * @param vectors - `[count, m]` row-major, each row an x; overwritten by Q x.
 */
export function multiplyByQ(form: BidiagonalForm, m: number, vectors: Float64Array): void {
  const n = form.diagonal.length;
  const v = new Float64Array(m);
  for (let k = n - 1; k >= 0; k--) {
    if (form.leftWeights[k] === 0) continue;
    for (let i = k; i < m; i++) v[i] = form.reflectors[i * n + k]!;
    reflectRows(vectors, m, v, k, form.leftWeights[k]!);
  }
}

/**
 * P x, where A = Q B P' and P is right of the bidiagonal form.
 *
 * @param vectors - `[count, n]` row-major, each row an x; overwritten by P x.
 */
export function multiplyByP(form: BidiagonalForm, vectors: Float64Array): void {
  const n = form.diagonal.length;
  for (let k = n - 2; k >= 0; k--) {
    if (form.rightWeights[k] === 0) continue;
    reflectRows(vectors, n, form.reflectors.subarray(k * n, (k + 1) * n), k + 1, form.rightWeights[k]!);
  }
}

/** x <- x - tau v (v'x) for each row x, over its entries from `first`; four rows at a time. */
function reflectRows(
  vectors: Float64Array,
  length: number,
  v: Float64Array,
  first: number,
  tau: number,
): void {
  const end = vectors.length;
  let row = 0;
  for (; row + 4 * length <= end; row += 4 * length) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = first, p = row + first; j < length; j++, p++) {
      const vj = v[j]!;
      s0 += vectors[p]! * vj;
      s1 += vectors[p + length]! * vj;
      s2 += vectors[p + 2 * length]! * vj;
      s3 += vectors[p + 3 * length]! * vj;
    }
    s0 *= tau;
    s1 *= tau;
    s2 *= tau;
    s3 *= tau;
    for (let j = first, p = row + first; j < length; j++, p++) {
      const vj = v[j]!;
      vectors[p] = vectors[p]! - s0 * vj;
      vectors[p + length] = vectors[p + length]! - s1 * vj;
      vectors[p + 2 * length] = vectors[p + 2 * length]! - s2 * vj;
      vectors[p + 3 * length] = vectors[p + 3 * length]! - s3 * vj;
    }
  }
  for (; row < end; row += length) {
    let sum = 0;
    for (let j = first; j < length; j++) sum += vectors[row + j]! * v[j]!;
    sum *= tau;
    for (let j = first; j < length; j++) vectors[row + j] = vectors[row + j]! - sum * v[j]!;
  }
}

/**
 * The reflection I - tau v v' that takes x[first..end) to (beta, 0, ..., 0); x becomes v, with v_first = 1.
 *
 * @param head - receives beta and tau; tau is 0, and v = (1, 0, ...), if the rest is already zero.
 */
function reflect(x: Float64Array, first: number, end: number, head: Float64Array): void {
  let scale = 0;
  for (let i = first + 1; i < end; i++) {
    const magnitude = Math.abs(x[i]!);
    if (magnitude > scale) scale = magnitude;
  }
  const alpha = x[first]!;
  x[first] = 1;
  head[0] = alpha;
  head[1] = 0;
  if (scale === 0) return;
  scale = Math.max(scale, Math.abs(alpha));
  let sum = 0;
  for (let i = first + 1; i < end; i++) sum += (x[i]! / scale) ** 2;
  if (sum === 0) {
    x.fill(0, first + 1, end); // too small, beside alpha, to be seen
    return;
  }
  const top = alpha / scale;
  const norm = Math.sqrt(top * top + sum);
  const beta = top > 0 ? -norm : norm;
  const divisor = top - beta;
  for (let i = first + 1; i < end; i++) x[i] = x[i]! / scale / divisor;
  head[0] = beta * scale;
  head[1] = (beta - top) / beta;
}

/** A <- A - u y' - x v' and sums <- A' w, over rows from `first` and columns after it. */
function updateAndMultiply(
  a: Float64Array,
  m: number,
  n: number,
  first: number,
  u: Float64Array,
  x: Float64Array,
  y: Float64Array,
  v: Float64Array,
  w: Float64Array,
  sums: Float64Array,
): void {
  let i = first;
  for (; i + 3 < m; i += 4) {
    const u0 = u[i]!;
    const u1 = u[i + 1]!;
    const u2 = u[i + 2]!;
    const u3 = u[i + 3]!;
    const x0 = x[i]!;
    const x1 = x[i + 1]!;
    const x2 = x[i + 2]!;
    const x3 = x[i + 3]!;
    const w0 = w[i]!;
    const w1 = w[i + 1]!;
    const w2 = w[i + 2]!;
    const w3 = w[i + 3]!;
    let p = i * n + first + 1;
    for (let j = first + 1; j < n; j++, p++) {
      const yj = y[j]!;
      const vj = v[j]!;
      const a0 = a[p]! - u0 * yj - x0 * vj;
      const a1 = a[p + n]! - u1 * yj - x1 * vj;
      const a2 = a[p + 2 * n]! - u2 * yj - x2 * vj;
      const a3 = a[p + 3 * n]! - u3 * yj - x3 * vj;
      a[p] = a0;
      a[p + n] = a1;
      a[p + 2 * n] = a2;
      a[p + 3 * n] = a3;
      sums[j] = sums[j]! + (a0 * w0 + a1 * w1 + a2 * w2 + a3 * w3);
    }
  }
  for (; i < m; i++) {
    const ui = u[i]!;
    const xi = x[i]!;
    const wi = w[i]!;
    for (let j = first + 1; j < n; j++) {
      const entry = a[i * n + j]! - ui * y[j]! - xi * v[j]!;
      a[i * n + j] = entry;
      sums[j] = sums[j]! + entry * wi;
    }
  }
}

/** x <- A v, over rows and columns from `first`. */
function multiply(
  a: Float64Array,
  m: number,
  n: number,
  first: number,
  v: Float64Array,
  x: Float64Array,
): void {
  let i = first;
  for (; i + 3 < m; i += 4) {
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    let p = i * n + first;
    for (let j = first; j < n; j++, p++) {
      const vj = v[j]!;
      sum0 += a[p]! * vj;
      sum1 += a[p + n]! * vj;
      sum2 += a[p + 2 * n]! * vj;
      sum3 += a[p + 3 * n]! * vj;
    }
    x[i] = sum0;
    x[i + 1] = sum1;
    x[i + 2] = sum2;
    x[i + 3] = sum3;
  }
  for (; i < m; i++) {
    let sum = 0;
    for (let j = first; j < n; j++) sum += a[i * n + j]! * v[j]!;
    x[i] = sum;
  }
}
