/** Sides of an array, outermost first; entries are row-major. A number alone is `[]`. */
export type Shape = readonly number[];

/** Entries of an array of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis]);
}

/** For messages: `[2, 3]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Entries between neighbours along each axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/**
 * The shape of two arrays used together: aligned at the innermost axis, sides of 1 repeated.
 *
 * @throws {RangeError} If two sides differ and neither is 1.
 */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`shapes ${shapeText(a)} and ${shapeText(b)} don't fit together`);
    }
    return left === 1 ? right : left;
  });
}

/** Strides with which an array is read as if it had the shape `target`: 0 along repeated axes. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape);
  const missing = target.length - shape.length;
  return target.map((_, axis) => {
    const own = axis - missing;
    return own < 0 || shape[own] === 1 ? 0 : strides[own]!;
  });
}

/** Calls `visit` with the place in each of two strided arrays, in row-major order of `shape`. */
export function walkTogether(
  shape: Shape,
  aStrides: readonly number[],
  bStrides: readonly number[],
  visit: (a: number, b: number, place: number) => void,
): void {
  const total = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  let a = 0;
  let b = 0;
  for (let place = 0; place < total; place++) {
    visit(a, b, place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      a += aStrides[axis]!;
      b += bStrides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      a -= shape[axis]! * aStrides[axis]!;
      b -= shape[axis]! * bStrides[axis]!;
      index[axis] = 0;
    }
  }
}
