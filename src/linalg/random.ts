/**
 * Seeded random streams. Nothing in the package draws from anywhere else, and every stream is
 * named by what it is for, so that a result does not depend on the order or number of workers.
 */
export interface RandomStream {
  /** Uniform on [0, 1), 53 bits. */
  uniform(): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
  /** The same draws as {@link RandomStream.normal} one after another, several times as fast. */
  fillNormal(target: Float32Array | Float64Array): void;
  /** Chi-squared with `k` > 0 degrees of freedom: the sum of k squared normals, whole or not. */
  chiSquared(k: number): number;
  /** Where the stream stands, for those who draw the same elsewhere. */
  position(): StreamPosition;
  /** Goes on from where they left it. */
  resume(position: StreamPosition): void;
}

/** Where a stream stands: what it draws from here on. */
export interface StreamPosition {
  /** Four words of 32 bits. */
  readonly words: readonly [number, number, number, number];
  /** The second normal of a pair of which the first was drawn; NaN where there is none. */
  readonly spare: number;
}

/** 128 bits of state from a text, by four differently seeded FNV-1a hashes with a final mix. */
function stateOf(text: string): Uint32Array {
  const state = new Uint32Array(4);
  for (let word = 0; word < 4; word++) {
    let hash = (0x811c9dc5 ^ Math.imul(word + 1, 0x9e3779b1)) >>> 0;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    state[word] = hash ^ (hash >>> 16);
  }
  if (state.every((word) => word === 0)) state[0] = 1; // the all-zero state is a fixed point
  return state;
}

/**
 * An independent random stream for a seed and a purpose: xoshiro128++ seeded by a hash of both.
 *
 * @param seed - any integer or text; the user's `--seed`.
 * @param purpose - what the draws are for, e.g. `["null", 400, 1600]`; another purpose gives an
 *   independent stream.
 * @returns the stream; the same arguments give the same draws on every machine.
 * @source Blackman & Vigna 2021, ACM TOMS 47(4):36 (xoshiro128++); Marsaglia & Bray 1964 (polar normals);
 *   Marsaglia & Tsang 2000, ACM TOMS 26:363-372 (gamma, of which chi-squared is twice the one of shape k / 2).
 * @example
 * ```ts
 * import { randomStream } from "marchenko";
 * randomStream(1, ["a"]).uniform() === randomStream(1, ["a"]).uniform(); // true
 * randomStream(1, ["a"]).uniform() === randomStream(1, ["b"]).uniform(); // false
 * ```
 */
export function randomStream(seed: number | string, purpose: readonly (string | number)[]): RandomStream {
  let [a, b, c, d] = stateOf(JSON.stringify([seed, ...purpose])) as unknown as [
    number,
    number,
    number,
    number,
  ];

  const next = (): number => {
    const sum = (a + d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + a) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  for (let i = 0; i < 16; i++) next();

  const uniform = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;

  let spare = Number.NaN;
  const normal = (): number => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const radius = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * radius;
      return x * radius;
    }
  };
  const fillNormal = (target: Float32Array | Float64Array): void => {
    const { length } = target;
    let at = 0;
    if (length > 0 && !Number.isNaN(spare)) target[at++] = normal();
    // The state in variables of the loop's own: those of the closure cost a memory access each.
    let [p, q, r, s] = [a, b, c, d];
    const words = new Int32Array(4);
    while (at < length) {
      for (let i = 0; i < 4; i++) {
        const sum = (p + s) | 0;
        words[i] = ((sum << 7) | (sum >>> 25)) + p;
        const shifted = q << 9;
        r ^= p;
        s ^= q;
        q ^= r;
        p ^= s;
        r ^= shifted;
        s = (s << 11) | (s >>> 21);
      }
      const x = 2 * (((words[0]! >>> 5) * 67108864 + (words[1]! >>> 6)) / 9007199254740992) - 1;
      const y = 2 * (((words[2]! >>> 5) * 67108864 + (words[3]! >>> 6)) / 9007199254740992) - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const radius = Math.sqrt((-2 * Math.log(square)) / square);
      target[at++] = x * radius;
      if (at < length) target[at++] = y * radius;
      else spare = y * radius;
    }
    [a, b, c, d] = [p, q, r, s];
  };
  const gamma = (shape: number): number => {
    // A shape under 1 is raised by one, and the draw shrunk by a power of a uniform.
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  return {
    uniform,
    normal,
    fillNormal,
    chiSquared: (k) => 2 * gamma(k / 2),
    position: () => ({ words: [a, b, c, d], spare }),
    resume(position) {
      [a, b, c, d] = position.words;
      spare = position.spare;
    },
  };
}
