import { writeFileSync } from "node:fs";
import { answerJobs } from "./mutant-loop.ts";

/** A process that does what no reader may do, another fault each round: that all of them are found is tested. */
const faults: readonly (() => unknown)[] = [
  () => null,
  () => {
    throw new TypeError("Cannot read properties of undefined");
  },
  () => {
    for (;;);
  },
  () => process.exit(7),
  () => new Uint8Array(300e6).fill(1),
  () => process.kill(process.pid, "SIGSEGV"),
  () => {
    const start = process.cpuUsage().user;
    while (process.cpuUsage().user < start + 2.05e6);
  },
  async () => {
    for (const kept: Uint8Array[] = []; ; ) {
      kept.push(new Uint8Array(10e6).fill(1));
      await new Promise(setImmediate);
    }
  },
  () => writeFileSync("ckpt_canary_pwned", ""),
];

answerJobs(process.argv[2]!, async (_folder, _entry, round) => {
  await faults[round]?.();
  return round < 0 ? "none" : null;
});
