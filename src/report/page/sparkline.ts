import type { DensityData } from "../charts/density-data.ts";
import { type Html, trusted } from "./html.ts";

const width = 72;
const height = 20;

/** The spectrum of a layer at the height of a table's row: its density chart without axes. */
export function sparkline(data: DensityData): Html {
  const [low, high] = data.domain;
  const place = (x: number) =>
    data.axis === "log"
      ? (Math.log(x / low) / Math.log(high / low)) * width
      : ((x - low) / (high - low)) * width;
  const lift = (y: number) => height - (Math.min(y, data.top) / data.top) * height;
  const bars = data.bars.map(({ x, y }) => `H${short(place(x))}V${short(lift(y))}`).join("");
  const edges = data.edges.map((edge) => `M${short(place(edge))} 0V${height}`).join("");
  return trusted(
    `<svg class="spark" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true"><path d="M0 ${height}${bars}Z"/><path class="edge" d="${edges}"/></svg>`,
  );
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}
