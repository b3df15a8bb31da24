import { readFileSync } from "node:fs";

/**
 * Says what the demo's two runs show: the last test metrics of each, and whether the claim of sparsity at equal loss
 * points the way that the literature says. One seed decides nothing.
 *
 *     tsx scripts/demo-verdict.ts VANILLA_RUN SPARSE_RUN
 */
interface Line {
  readonly split: string;
  readonly step: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly activatedRatio: number;
}

function lastOf(folder: string, split: string): Line {
  const lines = readFileSync(`${folder}/metrics.ndjson`, "utf8").trim().split("\n");
  const found = lines.map((line) => JSON.parse(line) as Line).findLast((line) => line.split === split);
  if (!found) throw new Error(`${folder}/metrics.ndjson has no line of ${split}`);
  return found;
}

const [vanilla, sparse] = process.argv.slice(2) as [string, string];
for (const folder of [vanilla, sparse]) {
  const test = lastOf(folder, "test");
  console.log(
    `${folder}: activated ratio ${test.activatedRatio.toFixed(3)}, test accuracy ${(100 * test.accuracy).toFixed(1)} %, training loss ${lastOf(folder, "train").loss.toFixed(4)}`,
  );
}
const ratio = lastOf(sparse, "test").activatedRatio / lastOf(vanilla, "test").activatedRatio;
const lossChange = Math.abs(lastOf(sparse, "train").loss / lastOf(vanilla, "train").loss - 1);
const accuracyChange = Math.abs(lastOf(sparse, "test").accuracy - lastOf(vanilla, "test").accuracy);
const comparable = lossChange < 0.01 && accuracyChange < 0.015;
console.log(
  `verdict: undecided, one seed each. ${
    comparable
      ? `At equal loss the modules leave ${(100 * ratio).toFixed(0)} % of the vanilla activations: ${ratio <= 0.92 ? "as" : "not as"} the paper says.`
      : "The runs differ in loss or accuracy, so that their sparsity does not compare."
  }`,
);
