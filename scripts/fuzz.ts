import { parseArgs } from "node:util";
import { Fuzzer } from "../test/fuzz/fuzzer.ts";
import { originals } from "../test/fuzz/originals.ts";

/**
 * Reads damaged checkpoints for as long as it is told, where the tests read some thousands: every small case there is,
 * so many mutants of each, in processes that are watched. Prints each mutant that crashed, hung or took too much.
 *
 *     npx tsx scripts/fuzz.ts --rounds 10000 [--seed 1] [--first 0] [--only PART-OF-A-TITLE]
 *
 * Ends with 1 if there was any. The same seed, title and round make the same mutant: `--only TITLE --first ROUND
 * --rounds 1` reads one again.
 */
const { values: given } = parseArgs({
  options: {
    rounds: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    only: { type: "string", default: "" },
  },
});
const [rounds, seed, first] = [Number(given.rounds), Number(given.seed), Number(given.first)];

/** Mutants of a case before the next case's turn. */
const TURN = 500;

const fuzzer = new Fuzzer();
const chosen = originals().filter(({ title }) => title.includes(given.only));
let faulty = 0;
let read = 0;
for (let start = first; start < first + rounds; start += TURN) {
  for (const original of chosen) {
    const end = Math.min(start + TURN, first + rounds);
    const { faults } = await fuzzer.fuzz(original, seed, start, end);
    for (const { title, round, what } of faults)
      console.log(`${title}, seed ${seed}, round ${round}: ${what}`);
    faulty += faults.length;
    read += end - start;
  }
  console.error(`${read} mutants read, ${faulty} faults`);
}
fuzzer.close();
process.exitCode = faulty > 0 ? 1 : 0;
