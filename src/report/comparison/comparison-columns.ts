import type { ComparedLayer } from "../../comparison/result.ts";
import { metricCatalogue } from "../../metrics/catalogue.ts";
import { columnOf } from "../columns.ts";
import { verdictTexts } from "../describe-verdict.ts";
import { formatNumber, missing } from "../format-number.ts";
import { changeAsLayer, percentText } from "./comparison-words.ts";

/** A number of a compared layer as a column of the tables for people. */
export interface ComparisonColumn {
  readonly title: string;
  /** Head of a narrow column. */
  readonly symbol: string;
  /** Title of an axis. */
  readonly axis: string;
  /** It rests on the fit of the change. */
  readonly fromFit: boolean;
  /** For sorting; null where there is none. */
  value(layer: ComparedLayer): number | null;
  text(layer: ComparedLayer): string;
}

/** Of W_B - W_A. */
function changeColumn(id: string, title: string, symbol: string, axis: string): ComparisonColumn {
  const column = columnOf(id);
  const rowOf = (layer: ComparedLayer) => changeAsLayer(layer);
  return {
    title,
    symbol,
    axis,
    fromFit: column.fromFit,
    value: (layer) => {
      const row = rowOf(layer);
      return row && column.value(row);
    },
    text: (layer) => {
      const row = rowOf(layer);
      return row ? column.text(row) : missing;
    },
  };
}

function overlapColumn(
  side: "left" | "right",
  title: string,
  symbol: string,
  axis: string,
): ComparisonColumn {
  const largest = ({ overlaps }: ComparedLayer) => overlaps?.at(-1) ?? null;
  return {
    title,
    symbol,
    axis,
    fromFit: false,
    value: (layer) => largest(layer)?.[side].overlap ?? null,
    text: (layer) => {
      const found = largest(layer);
      if (!found) return missing;
      const { overlap, random } = found[side];
      return `${formatNumber(overlap, 2)} [${formatNumber(random, 2)}]`;
    },
  };
}

/** What the tables for people show of each layer; those that no layer has are left out. */
export function comparisonColumns(layers: readonly ComparedLayer[]): ComparisonColumn[] {
  const columns: ComparisonColumn[] = [
    {
      title: "change over norm",
      symbol: "|ΔW|/|W|",
      axis: "relative change",
      fromFit: false,
      value: ({ relativeChange }) => relativeChange,
      text: ({ relativeChange }) => percentText(relativeChange),
    },
    changeColumn(
      "metrics.stableRank",
      "stable rank of the change",
      "st.rank ΔW",
      "stable rank of the change",
    ),
    changeColumn("metrics.spikeCount", "spikes of the change", "spikes ΔW", "spikes of the change"),
    overlapColumn("left", "in common, larger side [random]", "left [chance]", "in common, larger side"),
    overlapColumn("right", "in common, smaller side [random]", "right [chance]", "in common, smaller side"),
    {
      title: "change of spectrum over norm",
      symbol: "|Δs|/|s|",
      axis: "change of the spectrum",
      fromFit: false,
      value: ({ spectralDistance }) => spectralDistance,
      text: ({ spectralDistance }) => percentText(spectralDistance),
    },
  ];
  return columns.filter((column) => layers.some((layer) => column.value(layer) !== null));
}

/** A layer's verdict in A and in B; one word where it stayed. */
export function verdictsText({ verdicts }: ComparedLayer): string {
  const [a, b] = [verdicts.a, verdicts.b].map((verdict) =>
    verdict === null ? missing : verdictTexts[verdict].title,
  );
  return a === b ? a! : `${a} → ${b}`;
}

/** Metrics that a summary shows where layers have them. */
const headlineIds = [
  "concentration.ratio",
  "metrics.stableRank",
  "metrics.effectiveRank",
  "marchenkoPastur.scale",
  "marchenkoPastur.softRank",
  "powerLaw.alpha",
];

/** What metrics are called, by id: of a result from elsewhere, the id. */
export function metricTitle(id: string): string {
  return metricCatalogue.find((metric) => metric.id === id)?.title ?? id;
}

/** Ids of a summary: the headlines alone, or all. */
export function summaryIds(summary: Readonly<Record<string, unknown>>, which: "headlines" | "all"): string[] {
  return Object.keys(summary).filter((id) => which === "all" || headlineIds.includes(id));
}

/** A difference with its sign. */
export function signed(value: number | null, digits = 3): string {
  if (value === null) return missing;
  const text = formatNumber(Math.abs(value), digits);
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}
