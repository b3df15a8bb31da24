import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExperimentResult } from "../dist/index.js";

/**
 * What the experiments of a gallery found, as Markdown: a row a claim.
 *
 *     tsx scripts/gallery-verdicts.ts FOLDER
 */
const marks: Readonly<Record<string, string>> = { holds: "✓", undecided: "?", "does not hold here": "✗" };

const folder = process.argv[2]!;
const results = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ExperimentResult);

console.log("# Gallery\n");
console.log(
  "Every experiment at its default size, made by `scripts/gallery`. Verdicts are of these runs: small networks on the shipped data.\n",
);
for (const { name, title, question, seeds, claims, runs, provenance } of results) {
  const seconds = Number(provenance.run.seconds ?? Number.NaN);
  const took = Number.isFinite(seconds) ? `, ${(seconds / 60).toFixed(0)} min` : "";
  console.log(`## [${title}](${name}.html)\n`);
  console.log(`${question}\n`);
  console.log(
    `\`marchenko experiment ${name}\`: ${runs.length} runs, seeds ${seeds.join(", ")}${took} ([Markdown](${name}.md), [result](${name}.json)).\n`,
  );
  for (const { verdict, statement, evidence } of claims) {
    console.log(`- ${marks[verdict]} **${verdict}**: ${statement} ${evidence}`);
  }
  console.log();
}
