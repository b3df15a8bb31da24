import type { LayerResult } from "../analysis/result.ts";
import { isRejected } from "./fit-quality.ts";
import { formatNumber, formatPValue, formatWithError } from "./format-number.ts";

/** A number of a layer as a column: the terminal, CSV, Markdown and the page are all made from these. */
export interface Column {
  /** Metric id: the path of the number in a layer. */
  readonly id: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** Short head of a narrow column. */
  readonly symbol: string;
  /** Significant digits when a person reads it. */
  readonly digits: number;
  /** It rests on the fit of Marchenko-Pastur: where that is rejected its text is in parentheses. */
  readonly fromFit: boolean;
  /** The number; null when the layer has none. */
  value(layer: LayerResult): number | null;
  /** The number as read by a person, with its uncertainty where it has one. */
  text(layer: LayerResult): string;
}

type Accessor = (layer: LayerResult) => number | null | undefined;
interface ColumnOptions {
  readonly digits?: number;
  readonly fromFit?: true;
  readonly text?: (layer: LayerResult) => string;
}

function column(
  id: string,
  title: string,
  symbol: string,
  accessor: Accessor,
  options: ColumnOptions = {},
): Column {
  const digits = options.digits ?? 3;
  const value = (layer: LayerResult) => accessor(layer) ?? null;
  const fromFit = options.fromFit ?? false;
  const plain = options.text ?? ((layer: LayerResult) => formatNumber(value(layer), digits));
  const text = (layer: LayerResult) => {
    const weak = fromFit && value(layer) !== null && isRejected(layer);
    return weak ? `(${plain(layer)})` : plain(layer);
  };
  return { id, title, symbol, digits, fromFit, value, text };
}

/** The ratio beside what noise of the same shape gives: alone it says little. */
function ratioText(layer: LayerResult): string {
  const concentration = layer.concentration;
  if (concentration === null) return formatNumber(null);
  const range = concentration.ratioNull;
  const noise = range === null ? "" : ` [${formatNumber(range.low, 2)}–${formatNumber(range.high, 2)}]`;
  return formatNumber(concentration.ratio) + noise;
}

/** A standard error is that of noise: a rejected fit has a scale, and no error that means anything. */
function scaleText(layer: LayerResult): string {
  const fit = layer.marchenkoPastur;
  if (fit === null || isRejected(layer)) return formatNumber(fit?.scale);
  return formatWithError(fit.scale, fit.scaleStandardError);
}

function pValueText(layer: LayerResult): string {
  const fit = layer.marchenkoPastur;
  return fit === null ? formatNumber(null) : formatPValue(fit.pValue, fit.nullDraws);
}

/** Columns whose place in a layer is fixed by the schema. */
const fixedColumns: readonly Column[] = [
  column("concentration.ratio", "spectral concentration [noise]", "s₁/sₘ", (l) => l.concentration?.ratio, {
    text: ratioText,
  }),
  column(
    "concentration.ratioNull.low",
    "5 % of the ratio under noise",
    "null 5%",
    (l) => l.concentration?.ratioNull?.low,
  ),
  column(
    "concentration.ratioNull.median",
    "median ratio under noise",
    "null 50%",
    (l) => l.concentration?.ratioNull?.median,
  ),
  column(
    "concentration.ratioNull.high",
    "95 % of the ratio under noise",
    "null 95%",
    (l) => l.concentration?.ratioNull?.high,
  ),
  column(
    "concentration.eigenvalueRatio",
    "eigenvalue ratio",
    "λ₁/λₘ",
    (l) => l.concentration?.eigenvalueRatio,
  ),
  column(
    "concentration.majorityRatio",
    "majority ratio (80 %)",
    "maj.",
    (l) => l.concentration?.majorityRatio,
  ),
  column(
    "concentration.majorityRatioBinned",
    "majority ratio, binned",
    "maj.b",
    (l) => l.concentration?.majorityRatioBinned,
  ),
  column("concentration.nearZeroRate", "near-zero rate", "zero", (l) => l.concentration?.nearZeroRate, {
    digits: 2,
  }),
  column("concentration.rank", "rank", "rank", (l) => l.concentration?.rank),
  column("concentration.rankTolerance", "rank tolerance", "tol.", (l) => l.concentration?.rankTolerance, {
    digits: 2,
  }),
  column(
    "concentration.maxSingularValue",
    "largest singular value",
    "s₁",
    (l) => l.concentration?.maxSingularValue,
  ),
  column(
    "concentration.minNonzeroSingularValue",
    "smallest non-zero singular value",
    "sₘ",
    (l) => l.concentration?.minNonzeroSingularValue,
  ),
  column("marchenkoPastur.scale", "scale ± standard error", "scale", (l) => l.marchenkoPastur?.scale, {
    fromFit: true,
    text: scaleText,
  }),
  column(
    "marchenkoPastur.scaleStandardError",
    "standard error of the scale",
    "s.e.",
    (l) => l.marchenkoPastur?.scaleStandardError,
    { digits: 2 },
  ),
  column("marchenkoPastur.pValue", "p of Marchenko-Pastur", "p(MP)", (l) => l.marchenkoPastur?.pValue, {
    text: pValueText,
  }),
  column(
    "marchenkoPastur.ksDistance",
    "Kolmogorov-Smirnov distance",
    "KS",
    (l) => l.marchenkoPastur?.ksDistance,
    { digits: 2 },
  ),
  column("marchenkoPastur.aspectRatio", "aspect ratio", "q", (l) => l.marchenkoPastur?.aspectRatio),
  column("marchenkoPastur.lambdaMinus", "lower bulk edge", "λ₋", (l) => l.marchenkoPastur?.lambdaMinus, {
    fromFit: true,
  }),
  column("marchenkoPastur.lambdaPlus", "upper bulk edge", "λ₊", (l) => l.marchenkoPastur?.lambdaPlus, {
    fromFit: true,
  }),
  column("marchenkoPastur.softRank", "soft rank", "soft", (l) => l.marchenkoPastur?.softRank, {
    fromFit: true,
    digits: 2,
  }),
];

/** Titles of metrics that are likely to be in the record; others are titled by their id. */
const metricTitles: Readonly<Record<string, readonly [title: string, symbol: string]>> = {
  spikeCount: ["spikes", "spikes"],
  stableRank: ["stable rank", "st.rank"],
  effectiveRank: ["effective rank", "eff.rank"],
  entropy: ["spectral entropy", "entropy"],
  frobeniusNorm: ["Frobenius norm", "‖W‖F"],
  spectralNorm: ["spectral norm", "‖W‖₂"],
};

/** What the tables for people show, in this order; the rest is in CSV and on the layer's card. */
const coreIds = [
  "concentration.ratio",
  "metrics.spikeCount",
  "metrics.stableRank",
  "marchenkoPastur.softRank",
  "marchenkoPastur.pValue",
  "marchenkoPastur.scale",
];

/**
 * The columns that the layers of a result fill.
 *
 * @param layers - all layers of all checkpoints that share the table.
 * @returns the fixed columns, then one for each id found in the layers' `metrics`, in order of first
 *   appearance; the spike count is taken from the fit where `metrics` lacks it.
 */
export function columnsOf(layers: readonly LayerResult[]): Column[] {
  const found = new Set(["spikeCount"]);
  for (const layer of layers) for (const id of Object.keys(layer.metrics ?? {})) found.add(id);
  return [...fixedColumns, ...[...found].map(metricColumn)];
}

/** The columns of the tables that a person reads. */
export function coreColumns(): Column[] {
  return coreIds.map(columnOf);
}

/** The column of one metric id, whether or not any layer fills it. */
export function columnOf(id: string): Column {
  return fixedColumns.find((column) => column.id === id) ?? metricColumn(id.replace(/^metrics\./, ""));
}

function metricColumn(id: string): Column {
  const [title, symbol] = metricTitles[id] ?? [wordsOf(id), id];
  const accessor: Accessor =
    id === "spikeCount"
      ? (layer) => layer.metrics?.[id] ?? layer.marchenkoPastur?.spikes.length
      : (layer) => layer.metrics?.[id];
  return column(`metrics.${id}`, title, symbol, accessor, id === "spikeCount" ? { fromFit: true } : {});
}

/** "logAlphaNorm" as "log alpha norm". */
function wordsOf(id: string): string {
  return id.replace(
    /([a-z0-9])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}
