import { smallestKsPValue } from "../fits/ks-null.ts";
import { smallestPValue } from "../fits/spikes.ts";

/** What stands where a number could not be computed; a screen reader says "dash", nobody reads 0. */
export const missing = "–";

/**
 * A number to a few significant digits, as a person reads it.
 *
 * @param value - null (or a non-finite number) for one that could not be computed.
 * @param digits - significant digits, 1 or more.
 * @returns e.g. `0.0312`, `1,536`, `4.2e-7`; an en dash for null.
 */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(digits - 1).replace("e+", "e");
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = value.toFixed(decimals);
  // 1 is a count as often as a measurement: integers are shown without a decimal tail.
  return groupThousands(Number.isInteger(value) ? value.toFixed(0) : text);
}

/** A count with its thousands apart: `12,582,912`. Not by locale, so that a page has one set of bytes. */
export function formatCount(value: number): string {
  return groupThousands(value.toFixed(0));
}

/** A number for a machine: the shortest text that reads back as the same double; "" for null. */
export function exactNumber(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "" : String(value);
}

/**
 * An estimate with its standard error, both to the decimal place of the error's second digit.
 *
 * @param value - the estimate.
 * @param error - its standard error, in the same unit; null or 0 when unknown.
 * @returns e.g. `0.0312 ± 0.00015`.
 */
export function formatWithError(value: number | null, error: number | null): string {
  if (value === null || error === null || !(error > 0)) return formatNumber(value);
  const place = 1 - Math.floor(Math.log10(error));
  if (place < 0 || place > 9) return `${formatNumber(value)} ± ${formatNumber(error, 2)}`;
  return `${groupThousands(value.toFixed(place))} ± ${error.toFixed(place)}`;
}

/** Below it a number has more zeros than digits. */
const small = 1e-3;

/**
 * As {@link formatWithError}, but small numbers by powers of ten, each for itself: for tables of numbers of any size.
 *
 * @returns e.g. `0.0312 ± 0.0015`, `5.80e-6 ± 1.1e-6`.
 */
export function formatAnySize(value: number | null, error: number | null): string {
  if (value === null || error === null || !(error > 0)) return formatNumber(value);
  if (Math.abs(value) >= small || value === 0) return formatWithError(value, error);
  return `${formatNumber(value)} ± ${formatNumber(error, 2)}`;
}

/**
 * A p-value; the smallest that a law's tail or a simulation gives are upper bounds.
 *
 * @param value - the p-value; null when it was not computed.
 * @returns e.g. `0.34`, or `≤ 1e-5` at the smallest value that the simulation supports.
 */
export function formatPValue(value: number | null): string {
  if (value === null) return missing;
  if (value <= smallestPValue) return `< ${smallestPValue}`;
  if (value === smallestKsPValue) return "≤ 1e-5";
  return formatNumber(value, 2).replace(/(\.\d*?)0+$/, "$1");
}

function groupThousands(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ",") : whole;
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
