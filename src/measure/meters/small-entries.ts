import { absoluteValue } from "../../autodiff/ops/piecewise-polynomial.ts";
import type { Value } from "../../autodiff/value.ts";
import { scaled } from "../estimate.ts";
import { exampleSum, isBelow, square } from "./entry-parts.ts";
import type { MeterNumber } from "./meter.ts";

type Name = "belowNano" | "belowMicro" | "belowMilli" | "size" | "square";
/** Numbers of a group of gradients. */
type Field = "shareBelowNano" | "shareBelowMicro" | "shareBelowMilli" | "norm1" | "norm2";

/** What is summed of gradients: entries below each threshold, sizes and squares. */
export function smallEntries(x: Value): Record<Name, Value> {
  return {
    belowNano: exampleSum(isBelow(1e-9, x)),
    belowMicro: exampleSum(isBelow(1e-6, x)),
    belowMilli: exampleSum(isBelow(1e-3, x)),
    size: exampleSum(absoluteValue(x)),
    square: exampleSum(square(x)),
  };
}

/**
 * The numbers that follow.
 *
 * @param symbol - of an entry.
 * @param of - what the entries are, for people.
 */
export function smallEntryNumbers({
  symbol,
  of,
  source,
}: Readonly<Record<"symbol" | "of" | "source", string>>): Record<Field, MeterNumber<Name>> {
  const share = (threshold: string, name: Name): MeterNumber<Name> => ({
    title: `Share below ${threshold}`,
    symbol: `|${symbol}| < ${threshold}`,
    unit: "1",
    formula: `mean 1[|${symbol}| < ${threshold}]`,
    meaning: `Share of small ${of}.`,
    source,
    estimate: ({ mean, tokens, neurons }) => scaled(mean(name), 1 / (tokens * neurons)),
  });
  const norm = (power: "" | "^2", name: Name): MeterNumber<Name> => ({
    title: power === "" ? "1-norm" : "Squared 2-norm",
    symbol: power === "" ? `||${symbol}||_1` : `||${symbol}||^2`,
    unit: power === "" ? "loss / activation" : "loss^2 / activation^2",
    formula: `mean_i sum_j |${symbol}_ij|${power}`,
    meaning: `Size of a token's ${of}, of the example's own loss.`,
    source,
    estimate: ({ mean, tokens }) => scaled(mean(name), 1 / tokens),
  });
  return {
    shareBelowNano: share("1e-9", "belowNano"),
    shareBelowMicro: share("1e-6", "belowMicro"),
    shareBelowMilli: share("1e-3", "belowMilli"),
    norm1: norm("", "size"),
    norm2: norm("^2", "square"),
  };
}
