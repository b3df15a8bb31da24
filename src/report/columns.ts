import { metricValue } from "../analysis/metric-value.ts";
import { holdsIn } from "../analysis/rests-on.ts";
import type { LayerResult } from "../analysis/result.ts";
import { metricCatalogue } from "../metrics/catalogue.ts";
import type { Metric } from "../metrics/metric.ts";
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
  /** It rests on a fit: where that does not hold its text is in parentheses. */
  readonly fromFit: boolean;
  /** The number; null when the layer has none. */
  value(layer: LayerResult): number | null;
  /** The number as read by a person, with its uncertainty where it has one. */
  text(layer: LayerResult): string;
}

const usualDigits = 3;

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
 * The columns that the layers of a result fill: those of the metric catalogue, in its order, then one
 * for each further id that a saved result has in `metrics`, titled by its id.
 *
 * @param layers - all layers of all checkpoints that share the table.
 */
export function columnsOf(layers: readonly LayerResult[]): Column[] {
  const known = metricCatalogue.map(metricColumn);
  const ids = new Set(known.map(({ id }) => id));
  for (const layer of layers) {
    for (const name of Object.keys(layer.metrics ?? {})) {
      const id = `metrics.${name}`;
      if (ids.has(id)) continue;
      ids.add(id);
      known.push(unknownColumn(id));
    }
  }
  const isQuantized = layers.some(({ spectrum }) => spectrum?.noiseFloor !== undefined);
  return isQuantized ? [...known, noiseFloorColumn] : known;
}

/** The columns of the tables that a person reads. */
export function coreColumns(): Column[] {
  return coreIds.map(columnOf);
}

/** Of layers whose dtype does not tell the error of their entries; see the result's schema. */
const noiseFloorColumn: Column = {
  id: "spectrum.noiseFloor",
  title: "noise floor of the stored entries",
  symbol: "s_u (√N + √M)",
  digits: usualDigits,
  fromFit: false,
  value: (layer) => metricValue(layer, "spectrum.noiseFloor"),
  text: (layer) => formatNumber(metricValue(layer, "spectrum.noiseFloor"), usualDigits),
};

/** The column of one metric id, whether or not any layer fills it. */
export function columnOf(id: string): Column {
  const metric = metricCatalogue.find((each) => each.id === id);
  return metric ? metricColumn(metric) : unknownColumn(id);
}

function metricColumn(metric: Metric): Column {
  const { id, title, symbol, digits = usualDigits, restsOn } = metric;
  const value = (layer: LayerResult) => metricValue(layer, id);
  return {
    id,
    title: withinSentence(title),
    symbol,
    digits,
    fromFit: restsOn !== undefined,
    value,
    text(layer) {
      const text = uncertainText(metric, layer);
      return value(layer) !== null && !holdsIn(layer, metric) ? `(${text})` : text;
    },
  };
}

/** Names of people and abbreviations keep their capital: "Frobenius norm", "KS distance". */
function withinSentence(title: string): string {
  return /^(?:[A-Z]{2}|Frobenius|Marchenko|Hill|Kolmogorov)/.test(title)
    ? title
    : title.charAt(0).toLowerCase() + title.slice(1);
}

/** A number with what tells how far to trust it: its standard error, what noise gives, its resolution. */
function uncertainText(metric: Metric, layer: LayerResult): string {
  const { id, digits = usualDigits, unit, standardError, nullRange, interval } = metric;
  const value = metricValue(layer, id);
  if (value === null) return formatNumber(null);
  if (unit === "probability") return formatPValue(value);
  if (standardError) {
    // A standard error is that of noise: a rejected fit has none that means anything.
    return metric.restsOn === "fit" && isRejected(layer)
      ? formatNumber(value, digits)
      : formatWithError(value, metricValue(layer, standardError));
  }
  const ends = interval === undefined ? null : pairAt(layer, interval);
  if (ends) {
    const [low, high] = ends.map((end) => formatNumber(end, digits));
    return `${formatNumber(value, digits)} [${low}–${high}]`;
  }
  if (nullRange) {
    const [low, high] = nullRange.map((bound) => metricValue(layer, bound));
    const noise = low == null || high == null ? "" : ` [${formatNumber(low, 2)}–${formatNumber(high, 2)}]`;
    return formatNumber(value, digits) + noise;
  }
  return formatNumber(value, digits);
}

/** A pair of numbers in a layer, by its path; null where it has none. */
function pairAt(layer: LayerResult, path: string): readonly number[] | null {
  let value: unknown = layer;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | null)?.[key] ?? null;
  return Array.isArray(value) ? value : null;
}

function unknownColumn(id: string): Column {
  const value = (layer: LayerResult) => metricValue(layer, id);
  const name = id.split(".").at(-1) ?? id;
  return {
    id,
    title: name.replace(
      /([a-z0-9])([A-Z])/g,
      (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
    ),
    symbol: name,
    digits: usualDigits,
    fromFit: false,
    value,
    text: (layer) => formatNumber(value(layer), usualDigits),
  };
}
