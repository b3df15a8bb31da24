import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { measurementQuantities } from "../src/measure/groups.ts";
import type { Quantity } from "../src/measure/quantity.ts";
import { metricCatalogue } from "../src/metrics/catalogue.ts";

/** What both catalogues say of a number. */
type Described = Pick<Quantity, "id" | "title" | "symbol" | "unit" | "formula" | "meaning" | "source">;

const page = "src/guides/numbers.md";
const mark = "<!-- Below: scripts/numbers-page.ts, from the catalogues. Don't edit. -->\n";

const units: Readonly<Record<string, string>> = { "1": "", count: "a count", probability: "a probability" };

/** A number's entry: what it is called, its formula, what it tells, whence it is. */
function entryOf({ id, title, symbol, unit, formula, meaning, source }: Described): string {
  const of = units[unit] ?? `in ${unit}`;
  const facts = [`shown as \`${symbol}\``, of].filter((fact) => fact !== "").join(", ");
  return `- **${title}** \`${id}\`, ${facts}.\n  \`${formula}\`.\n  ${meaning}\n  Source: ${source}.\n`;
}

function section(title: string, numbers: readonly Described[]): string {
  return `\n## ${title}\n\n${numbers.map(entryOf).join("")}`;
}

/** The page as it should be: its own words, then every number of the catalogues. @param text - the page as it is. */
export function numbersPage(text: string): string {
  const [words] = text.split(mark);
  return `${words}${mark}${section("Every number of analyze", metricCatalogue)}${section("Every number of measure", measurementQuantities)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  writeFileSync(page, numbersPage(readFileSync(page, "utf8")));
}
