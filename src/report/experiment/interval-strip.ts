import { type Html, trusted } from "../page/html.ts";
import type { ExperimentClaim } from "./experiment-text.ts";

const width = 180;
const height = 26;
const margin = 8;

/**
 * A number against its line at the height of a table's row: what the line allows is shaded, the interval is a bar, seeds
 * are circles, the mean a diamond. Its scale is its own; the numbers stand beside it.
 *
 * @returns an SVG without words; null where there is no number.
 */
export function intervalStrip(number: ExperimentClaim["numbers"][number]): Html | null {
  const { mean, low, high, atLeast, atMost } = number;
  const seeds = number.perSeed.filter((value) => value !== null);
  if (mean === null) return null;
  const all = [mean, ...seeds, low ?? mean, high ?? mean, atLeast ?? mean, atMost ?? mean];
  const from = Math.min(...all);
  const span = Math.max(...all) - from || 1;
  const place = (x: number) => short(margin + ((x - from) / span) * (width - 2 * margin));
  const middle = height / 2;
  const left = atLeast === null ? 0 : place(atLeast);
  const right = atMost === null ? width : place(atMost);
  const hasLine = atLeast !== null || atMost !== null;
  const ends = [...(atLeast === null ? [] : [left]), ...(atMost === null ? [] : [right])];
  const circles = seeds.map((x) => `<circle cx="${place(x)}" cy="${middle}" r="3"/>`).join("");
  return trusted(
    `<svg class="strip" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">${
      hasLine
        ? `<rect class="allowed" x="${left}" y="2" width="${Math.max(0, short(right - left))}" height="${height - 4}"/>`
        : ""
    }${ends.map((x) => `<path class="line" d="M${x} 0V${height}"/>`).join("")}${
      low === null || high === null
        ? ""
        : `<path class="interval" d="M${place(low)} ${middle}H${place(high)}"/>`
    }<g class="seeds">${circles}</g><path class="mean" d="M${place(mean)} ${middle - 5}l5 5-5 5-5-5Z"/></svg>`,
  );
}

function short(value: number): number {
  return Number(value.toFixed(1));
}
