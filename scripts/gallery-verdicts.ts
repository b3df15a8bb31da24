import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExperimentResult } from "../dist/index.js";

/**
 * What the experiments of a gallery found, as Markdown: a line a claim, with the means over seeds and their 95 % intervals that it rests on.
 *
 *     tsx scripts/gallery-verdicts.ts FOLDER
 */
/** Numbers of a claim that are listed at most. */
const mostShown = 4;
const marks: Readonly<Record<string, string>> = { holds: "✓", undecided: "?", "does not hold here": "✗" };

const folder = process.argv[2]!;
const results = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Partial<ExperimentResult>)
  .filter((result): result is ExperimentResult => result.type === "experiment");

console.log("# Gallery\n");
console.log(
  "Every experiment at its default size, made by `scripts/gallery`. Verdicts are of these runs: small networks on the shipped data. Numbers are means over seeds with their 95 % intervals, and what they are held to.\n",
);
const number = (value: number | null) => (value === null ? "none" : String(Number(value.toPrecision(3))));

for (const { name, title, question, seeds, claims, runs } of results) {
  console.log(`## [${title}](${name}.html)\n`);
  console.log(`${question}\n`);
  console.log(
    `\`marchenko experiment ${name}\`: ${runs.length} runs, seeds ${seeds.join(", ")} ([Markdown](${name}.md), [result](${name}.json)).\n`,
  );
  for (const { verdict, statement, numbers } of claims) {
    console.log(`- ${marks[verdict]} **${verdict}**: ${statement}`);
    for (const { name: what, mean, low, high, atLeast, atMost } of numbers.slice(0, mostShown)) {
      const line = [
        ...(atLeast === null ? [] : [`at least ${number(atLeast)}`]),
        ...(atMost === null ? [] : [`at most ${number(atMost)}`]),
      ].join(", ");
      console.log(`  - ${what}: ${number(mean)} [${number(low)}, ${number(high)}]; ${line}`);
    }
    if (numbers.length > mostShown) console.log(`  - and ${numbers.length - mostShown} more on the page`);
  }
  console.log();
}

if (existsSync(join(folder, "real-models.md"))) {
  console.log("## [Real models](real-models.md)\n");
  console.log(
    "Trained models of other people, of five packages in npm's registry, and what the tool says of each; made by `scripts/real-models/run`.\n",
  );
}
