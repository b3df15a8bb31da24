import type { AnalysisResult, LayerResult } from "../analysis/result.ts";
import { columnOf } from "./columns.ts";
import { verdictTexts } from "./describe-verdict.ts";
import { missing } from "./format-number.ts";
import { ratioExcess } from "./notable-layers.ts";
import { screenLine } from "./plain-text.ts";
import { shortenNames, withoutCommonParts } from "./shorten-middle.ts";
import { courseSpark, densitySpark } from "./spark-blocks.ts";
import { clip, type TerminalLayout } from "./terminal-lines.ts";

const sparkWidth = 10;
const narrowestName = 12;
/** A longer name can do with less, for a column more. */
const comfortable = 30;
const gap = 2;

/** A layer of the table, by the name that it has there. */
export interface ShownLayer {
  readonly name: string;
  readonly layer: LayerResult;
}

/** Small charts in a column: what it is headed by, and that of each layer. */
export interface SparkColumn {
  readonly symbol: string;
  readonly meaning: string;
  text(layer: LayerResult): string;
}

/** The density of each layer's eigenvalues. */
export const densities: SparkColumn = {
  symbol: "eigenvalues",
  meaning: "density of eigenvalues",
  text: (layer) => densitySpark(layer, sparkWidth + 1),
};

/** How the ratio of each layer went over the steps of a series; densities where that is not known. */
export function courses({ trajectories, checkpoints }: AnalysisResult): SparkColumn {
  const ratios = new Map(
    (trajectories ?? []).flatMap(({ layer, values }) => {
      const course = values["concentration.ratio"];
      return course === undefined ? [] : [[layer, course] as const];
    }),
  );
  if (checkpoints.length < 2 || ratios.size === 0) return densities;
  return {
    symbol: "over steps",
    meaning: "and over steps",
    text: ({ layer }) => courseSpark(ratios.get(layer) ?? [], sparkWidth),
  };
}

/** The layers under a title, with their numbers and small charts; no lines where there are none. */
export function layerTableLines(
  shown: readonly ShownLayer[],
  sparks: SparkColumn,
  { width, paint }: TerminalLayout,
): string[] {
  if (shown.length === 0) return [];
  const ids = ["concentration.ratio", "metrics.spikeCount", "metrics.stableRank", "marchenkoPastur.pValue"];
  const columns = [
    ...ids.map(columnOf),
    { symbol: sparks.symbol, text: (layer: LayerResult) => sparks.text(layer) },
  ];
  // What matters least goes first where there is no room for all.
  const order = [3, 2, 1, 4];
  const texts = columns.map(({ text }) => shown.map(({ layer }) => text(layer)));
  const widths = columns.map(({ symbol }, i) =>
    Math.max(symbol.length, ...texts[i]!.map(({ length }) => length)),
  );
  const kept = new Set(columns.keys());
  const nameRoom = () => width - gap - [...kept].reduce((sum, i) => sum + widths[i]! + gap, 0);
  const whole = shown.map(({ name }) => screenLine(name));
  const longest = (names: readonly string[]) => Math.max(...names.map(({ length }) => length));
  const wanted = Math.min(comfortable, longest(withoutCommonParts(whole, narrowestName)));
  while (kept.size > 1 && nameRoom() < Math.max(narrowestName, wanted)) kept.delete(order.shift()!);
  const room = Math.max(8, nameRoom());
  const names = shortenNames(withoutCommonParts(whole, room), room);
  const rows = shown.map(({ layer }, row) => {
    const mark = layer.verdict === null ? missing : verdictTexts[layer.verdict].mark;
    return [`${mark} ${names[row]}`, ...[...kept].map((i) => texts[i]![row]!)];
  });
  const isAnyOutside = shown.some(({ layer }) => (ratioExcess(layer) ?? 0) > 0);
  const place = isAnyOutside ? "farthest from noise" : "all within noise";
  const meaning = kept.has(4) ? `, ${sparks.meaning}` : "";
  const [head = "", ...body] = aligned(
    [["  layer", ...[...kept].map((i) => columns[i]!.symbol)], ...rows],
    kept.has(4),
  );
  return [
    paint("dim", clip(`  ${place}, ratio [5–95 % of noise]${meaning}`, width)),
    paint("dim", head),
    ...body,
  ];
}

/** Rows under the first, texts on the left, numbers on the right, small charts in the last column on the left again. */
function aligned(rows: readonly (readonly string[])[], hasSparks: boolean): string[] {
  const last = rows[0]!.length - 1;
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((text, i) =>
        i === 0 || (hasSparks && i === last) ? text.padEnd(widths[i]!) : text.padStart(widths[i]!),
      )
      .join(" ".repeat(gap))
      .trimEnd(),
  );
}
