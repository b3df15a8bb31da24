/**
 * A function of one number that is a polynomial on each of some intervals: ReLU and its relatives are such, and so
 * are their derivatives, shifts and mixtures.
 */
export interface PiecewisePolynomial {
  /** Where one piece ends and the next begins, ascending. */
  readonly breaks: readonly number[];
  /** Which piece a break itself belongs to. */
  readonly owners: readonly ("left" | "right")[];
  /** Coefficients of 1, x, x^2 ...: one piece more than breaks. */
  readonly pieces: readonly (readonly number[])[];
}

/** Checks and makes one. @throws {RangeError} If the parts don't fit together. */
export function piecewisePolynomial(
  breaks: readonly number[],
  owners: PiecewisePolynomial["owners"],
  pieces: readonly (readonly number[])[],
): PiecewisePolynomial {
  const ascending = breaks.every((each, i) => i === 0 || each > breaks[i - 1]!);
  if (!ascending || owners.length !== breaks.length || pieces.length !== breaks.length + 1) {
    throw new RangeError("a piecewise polynomial needs ascending breaks, an owner each, and one piece more");
  }
  return { breaks, owners, pieces };
}

/** The place of the piece that holds x. */
function pieceAt({ breaks, owners }: PiecewisePolynomial, x: number): number {
  let place = 0;
  while (
    place < breaks.length &&
    (x > breaks[place]! || (x === breaks[place] && owners[place] === "right"))
  ) {
    place++;
  }
  return place;
}

/** f(x). */
export function piecewiseValue(f: PiecewisePolynomial, x: number): number {
  return f.pieces[pieceAt(f, x)]!.reduceRight((total, coefficient) => total * x + coefficient, 0);
}

/** The derivative of each piece; at a break, that of the piece that owns it. */
export function piecewiseDerivative(f: PiecewisePolynomial): PiecewisePolynomial {
  return { ...f, pieces: f.pieces.map((piece) => piece.slice(1).map((each, i) => (i + 1) * each)) };
}

/** x -> outer f(inner (x - shift)) + offset. @param inner - not 0; a negative one mirrors f. */
export function transformPiecewise(
  f: PiecewisePolynomial,
  {
    inner = 1,
    shift = 0,
    outer = 1,
    offset = 0,
  }: Partial<Record<"inner" | "shift" | "outer" | "offset", number>>,
): PiecewisePolynomial {
  const substitute = (piece: readonly number[]): number[] => {
    // Horner's scheme with the polynomial inner x - inner shift in the place of x.
    let result: number[] = [];
    for (const coefficient of piece.toReversed()) {
      const next = new Array<number>(result.length + 1).fill(0);
      for (const [i, each] of result.entries()) {
        next[i]! += each * -inner * shift;
        next[i + 1]! += each * inner;
      }
      next[0]! += coefficient;
      result = next;
    }
    const scaled = result.map((each) => outer * each);
    scaled[0] = (scaled[0] ?? 0) + offset;
    return scaled;
  };
  const breaks = f.breaks.map((each) => each / inner + shift);
  const pieces = f.pieces.map(substitute);
  if (inner > 0) return { breaks, owners: f.owners, pieces };
  const owners = f.owners.map((owner) => (owner === "left" ? "right" : "left"));
  return { breaks: breaks.reverse(), owners: owners.reverse(), pieces: pieces.reverse() };
}

/** a f + b g. At a break of both the owner is f's. */
export function combinePiecewise(
  a: number,
  f: PiecewisePolynomial,
  b: number,
  g: PiecewisePolynomial,
): PiecewisePolynomial {
  const owners = new Map<number, "left" | "right">();
  for (const each of [g, f]) for (const [i, at] of each.breaks.entries()) owners.set(at, each.owners[i]!);
  const breaks = Array.from(owners.keys()).sort((x, y) => x - y);
  const pieces = Array.from({ length: breaks.length + 1 }, (_, i) => {
    const inside = middleOf(breaks[i - 1], breaks[i]);
    const left = f.pieces[pieceAt(f, inside)]!;
    const right = g.pieces[pieceAt(g, inside)]!;
    return Array.from(
      { length: Math.max(left.length, right.length) },
      (_, power) => a * (left[power] ?? 0) + b * (right[power] ?? 0),
    );
  });
  return piecewisePolynomial(
    breaks,
    breaks.map((at) => owners.get(at)!),
    pieces,
  );
}

/** Intervals, as long as they go, on which f is constant: where its derivative is zero. */
export function flatIntervals(f: PiecewisePolynomial): (readonly [from: number, to: number])[] {
  const intervals: [number, number][] = [];
  for (const [i, piece] of f.pieces.entries()) {
    if (piece.slice(1).some((each) => each !== 0)) continue;
    intervals.push([f.breaks[i - 1] ?? Number.NEGATIVE_INFINITY, f.breaks[i] ?? Number.POSITIVE_INFINITY]);
  }
  return intervals;
}

function middleOf(from: number | undefined, to: number | undefined): number {
  if (from === undefined) return to === undefined ? 0 : to - 1;
  return to === undefined ? from + 1 : (from + to) / 2;
}
