import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compactSvg } from "../../src/report/charts/compact-svg.ts";
import { shortPath } from "../../src/report/charts/path-data.ts";

/** Corners of a path of M, l, h, v, in tenths: what a program draws that knows no other command. */
function cornersOf(data: string): number[][] {
  const corners: number[][] = [];
  let [x, y] = [0, 0];
  for (const [, command = "", rest = ""] of data.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const numbers = Array.from(rest.matchAll(/-?(?:\d+\.\d+|\.\d+|\d+)/g), ([text]) =>
      Math.round(10 * Number(text)),
    );
    if (command === "h") numbers.splice(1, 0, 0);
    if (command === "v") numbers.unshift(0);
    for (let i = 0; i < numbers.length; i += 2) {
      if (command === "M") [x, y] = [0, 0];
      [x, y] = [x + numbers[i]!, y + numbers[i + 1]!];
      corners.push([x, y]);
    }
  }
  return corners;
}

/** Corners at which a path turns. */
function turns(points: readonly number[][]): number[][] {
  const kept: number[][] = [];
  for (const point of points) {
    const [before, last] = [kept.at(-2), kept.at(-1)];
    if (last && last[0] === point[0] && last[1] === point[1] && kept.length > 1) continue;
    const along = (axis: 0 | 1) =>
      before &&
      last &&
      before[axis] === last[axis] &&
      last[axis] === point[axis] &&
      Math.sign(last[1 - axis]! - before[1 - axis]!) === Math.sign(point[1 - axis]! - last[1 - axis]!);
    if (along(0) || along(1)) kept.pop();
    kept.push(point);
  }
  return kept;
}

describe("the data of a path", () => {
  const coordinate = fc.integer({ min: -5000, max: 5000 });
  test("has the same corners in fewer bytes, wherever it is moved", () => {
    const points = fc.array(fc.tuple(coordinate, coordinate), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(points, coordinate, coordinate, (tenths, dx, dy) => {
        const data = `M${tenths.map(([x, y]) => `${x / 10},${y / 10}`).join("L")}`;
        const short = shortPath(data, dx / 10, dy / 10)!;
        expect(turns(cornersOf(short))).toEqual(turns(tenths.map(([x, y]) => [x + dx, y + dy])));
        if (dx === 0 && dy === 0) expect(short.length).toBeLessThanOrEqual(data.length);
      }),
    );
  });

  test("of a symbol stays closed, and one with other commands is left alone", () => {
    expect(shortPath("M0,3.6L-4.2,-3.6L4.2,-3.6Z", 10, 20)).toBe("M10 23.6l-4.2-7.2h8.4z");
    expect(shortPath("M3.9,0A3.9,3.9,0,1,1,-3.9,0A3.9,3.9,0,1,1,3.9,0Z")).toBe(
      "M3.9 0a3.9 3.9 0 1 1-7.8 0a3.9 3.9 0 1 1 7.8 0z",
    );
    expect(shortPath("M0,0C1,2,3,4,5,6")).toBeNull();
  });
});

describe("the body of a chart", () => {
  test("joins what looks alike and stands beside each other, and nothing else", () => {
    const line = (x: number, stroke: string) =>
      `<line transform="translate(${x},0)" x2="0" y2="4" class="a" stroke="${stroke}"/>`;
    expect(compactSvg(`<g><g class="x">${line(1, "red")}${line(2, "red")}${line(3, "blue")}</g></g>`)).toBe(
      '<path d="M1 0v4M2 0v4" stroke="red"/><path d="M3 0v4" stroke="blue"/>',
    );
  });

  test("keeps the order of words, and those that are turned", () => {
    const text = (place: string, word: string) =>
      `<text text-anchor="end" transform="${place}" fill="red">${word}</text>`;
    expect(
      compactSvg(
        text("translate(1,2)", "a") +
          text("translate(3,4) rotate(-90)", "b &lt; c") +
          '<text x="1" fill="blue">d</text>',
      ),
    ).toBe(
      '<g text-anchor="end" fill="red"><text x="1" y="2">a</text><text transform="translate(3,4) rotate(-90)">b &lt; c</text></g><g fill="blue"><text x="1">d</text></g>',
    );
  });

  test("keeps groups that move or colour what is in them", () => {
    expect(
      compactSvg('<g><g transform="translate(1,1)"><g><rect/></g></g><g opacity="0.5"></g><g/></g>'),
    ).toBe('<g transform="translate(1,1)"><rect/></g>');
  });
});
