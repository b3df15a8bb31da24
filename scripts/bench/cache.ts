import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { command } from "./library.ts";
import { makeVitB } from "./make-vit-b.ts";
import { cpuUse, runMeasured } from "./process-tree.ts";
import { median } from "./timing.ts";

/**
 * Times the first and the second `marchenko analyze` of an unchanged checkpoint of 85 million parameters, in turn, with
 * default options and one output file. Prints Markdown.
 *
 *     npm run build && npx tsx scripts/bench/cache.ts > reports/cache.md
 *
 * --rounds 5 and --blocks 12 change what their names say.
 */
const { values: given } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, blocks: { type: "string", default: "12" } },
});
const rounds = Number(given.rounds);
/** What the acceptance asks for: the second run over the first. */
const wanted = 1 / 5;

interface Taken {
  readonly clock: number;
  readonly processor: number;
}

const folder = mkdtempSync(join(tmpdir(), "marchenko-bench-cache-"));
process.env.MARCHENKO_CACHE = join(folder, "cache");
const model = join(folder, "vit-b.safetensors");
const output = join(folder, "run.json");

/** Seconds of processor time of this process, which looks at the command now and then, and waits for it. */
const ownSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** One run of the command. */
async function run(options: readonly string[]): Promise<Taken> {
  const [before, ownBefore] = [cpuUse(), ownSeconds()];
  const { seconds } = await runMeasured(process.execPath, [
    command,
    "analyze",
    model,
    "-q",
    "-o",
    output,
    ...options,
  ]);
  const [after, ownAfter] = [cpuUse(), ownSeconds()];
  await sleep(200);
  if (!before || !after) throw new Error("processor time is counted on Linux alone");
  return { clock: seconds, processor: after.own - before.own - (ownAfter - ownBefore) };
}

const resultOf = () => {
  const { provenance, ...rest } = JSON.parse(readFileSync(output, "utf8"));
  return { text: JSON.stringify(rest), use: provenance.run.cache };
};

const cases = [
  { title: "default options", options: [] },
  { title: "--workers 1", options: ["--workers", "1"] },
] as const;
const print = (line = "") => console.log(line);
const load = loadavg()[0]!;
try {
  makeVitB(model, { blocks: Number(given.blocks), copies: 1, seed: 1 });
  await run(["--no-cache"]);
  const taken = cases.map(() => ({ first: [] as Taken[], second: [] as Taken[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, { options }] of cases.entries()) {
      rmSync(join(folder, "cache"), { recursive: true, force: true });
      taken[i]!.first.push(await run(options));
      const first = resultOf();
      taken[i]!.second.push(await run(options));
      const second = resultOf();
      if (first.text !== second.text || second.use.misses !== 0) throw new Error("the runs differ");
      console.error(`round ${round + 1} of ${rounds}`);
    }
  }
  print("# The second analysis of a checkpoint");
  print();
  print(
    `Written by \`scripts/bench/cache.ts\`, ${rounds} rounds. ${cpus()[0]!.model.trim()}, ${availableParallelism()} cores,`,
  );
  print(
    `Node ${process.version}; load before ${load.toFixed(1)}: other programs take from both runs, the clock's columns most.`,
  );
  print();
  print(
    "`marchenko analyze` of the matrices of a ViT-B, bfloat16 (`make-vit-b.ts`), from the start of its process to its end,",
  );
  print(
    "first with an empty cache, then again; the two runs of a round follow each other. Both give the same result.",
  );
  print("Medians in seconds, and the ratios of the rounds.");
  print();
  print("| options | time by | first | second | ratio of medians | ratios of rounds |");
  print("| --- | --- | --- | --- | --- | --- |");
  for (const [i, { title }] of cases.entries()) {
    for (const by of ["clock", "processor"] as const) {
      const [first, second] = [taken[i]!.first, taken[i]!.second].map((runs) => runs.map((each) => each[by]));
      const ratios = first!.map((seconds, round) => second![round]! / seconds).sort((a, b) => a - b);
      const ratio = median(second!) / median(first!);
      const range = `${ratios[0]!.toFixed(2)}-${ratios.at(-1)!.toFixed(2)}`;
      print(
        `| ${title} | ${by} | ${median(first!).toFixed(2)} | ${median(second!).toFixed(2)} | ${ratio.toFixed(3)} | ${range} |`,
      );
    }
  }
  const ratioOf = (by: keyof Taken) =>
    median(taken[0]!.second.map((each) => each[by])) / median(taken[0]!.first.map((each) => each[by]));
  print();
  const said = (by: keyof Taken) =>
    `**${ratioOf(by) < wanted ? "met" : "missed"}** by ${by} time, ${ratioOf(by).toFixed(3)}`;
  print(`Asked for: under a fifth with default options: ${said("processor")}; ${said("clock")}.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
