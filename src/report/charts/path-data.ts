/** A piece of a path from where the last one ended, in tenths of a unit; a move where it begins anew. */
interface Segment {
  readonly kind: "move" | "line" | "arc" | "close";
  /** Of an arc: radii, rotation and flags, as they are. */
  readonly shape?: readonly number[];
  readonly x: number;
  readonly y: number;
}

/** How many numbers each command takes, of those that charts are made of. */
const numbersOf: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, h: 1, v: 1, A: 7, Z: 0 };

/**
 * The data of an SVG path in fewer bytes: moved by an offset, rounded to tenths, relative, and runs along one axis as one.
 *
 * @param data - absolute commands M, L, H, V, A, Z, or relative h and v.
 * @param dx - added to every x. @param dy - to every y.
 * @returns path data of the same shape; null where it has other commands.
 */
export function shortPath(data: string, dx = 0, dy = 0): string | null {
  const segments = segmentsOf(data, dx, dy);
  return segments && printed(segments);
}

function segmentsOf(data: string, dx: number, dy: number): Segment[] | null {
  const segments: Segment[] = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  for (const [, command = "", rest = ""] of data.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const numbers = Array.from(rest.matchAll(/-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/g), Number);
    const count = numbersOf[command];
    if (count === undefined || numbers.length !== count) return null;
    const [first = 0, second = 0] = numbers;
    if (command === "Z") {
      segments.push({ kind: "close", x: startX, y: startY });
      [x, y] = [startX, startY];
      continue;
    }
    if (command === "A") [x, y] = [tenths(numbers[5]! + dx), tenths(numbers[6]! + dy)];
    else if (command === "H" || command === "V")
      [x, y] = command === "H" ? [tenths(first + dx), y] : [x, tenths(first + dy)];
    else if (command === "h" || command === "v")
      [x, y] = command === "h" ? [x + tenths(first), y] : [x, y + tenths(first)];
    else [x, y] = [tenths(first + dx), tenths(second + dy)];
    if (command === "M") {
      [startX, startY] = [x, y];
      segments.push({ kind: "move", x, y });
    } else if (command === "A") segments.push({ kind: "arc", shape: numbers.slice(0, 5), x, y });
    else segments.push({ kind: "line", x, y });
  }
  return segments;
}

/** Relative pieces; those along an axis by `h` and `v`, of which runs in one direction are one. */
function printed(segments: readonly Segment[]): string {
  const parts: { command: string; numbers: number[] }[] = [];
  let [x, y] = [0, 0];
  for (const segment of segments) {
    const [dx, dy] = [segment.x - x, segment.y - y];
    const last = parts.at(-1);
    if (segment.kind === "move") parts.push({ command: "M", numbers: [segment.x, segment.y] });
    else if (segment.kind === "close") parts.push({ command: "z", numbers: [] });
    else if (segment.kind === "arc") {
      const [rx = 0, ry = 0, ...flags] = segment.shape!;
      parts.push({
        command: "a",
        numbers: [tenths(rx), tenths(ry), ...flags.map((flag) => 10 * flag), dx, dy],
      });
    } else if (dx === 0 || dy === 0) {
      const command = dy === 0 ? "h" : "v";
      const by = dx + dy;
      // A line of no length is drawn as a dot where it is alone, and not at all within a path.
      if (by === 0 && last?.command !== "M") continue;
      if (last?.command === command && Math.sign(last.numbers[0]!) === Math.sign(by)) last.numbers[0]! += by;
      else parts.push({ command, numbers: [by] });
    } else if (last?.command === "l") last.numbers.push(dx, dy);
    else parts.push({ command: "l", numbers: [dx, dy] });
    [x, y] = [segment.x, segment.y];
  }
  return parts.map(({ command, numbers }) => command + joined(numbers)).join("");
}

/** Numbers need no space between them where the next has a sign. */
function joined(numbers: readonly number[]): string {
  return numbers
    .map((number, i) => {
      const text = String(number / 10).replace(/^(-?)0\./, "$1.");
      return i > 0 && !text.startsWith("-") ? ` ${text}` : text;
    })
    .join("");
}

/** A tenth of a pixel is finer than any screen shows. */
function tenths(value: number): number {
  return Math.round(10 * value) || 0;
}
