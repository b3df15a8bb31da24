import { availableParallelism } from "node:os";
import { Command, Option } from "commander";
import { GateError, UsageError } from "../../errors.ts";
import { selftestSentence } from "../../report/selftest/selftest-rows.ts";
import { selftest } from "../../selftest/selftest.ts";
import { collect, parseCount, parseSeed } from "../options.ts";
import { checkOutputs, formatOfFile } from "../outputs.ts";
import { duration, progressLine } from "../progress-line.ts";
import { runProvenance } from "../run-provenance.ts";
import { selftestRenderers } from "../selftest-renderers.ts";
import { talk } from "../terminal.ts";
import { deliver, throwAll } from "../write-result.ts";

interface Flags {
  readonly quick?: boolean;
  readonly seed: number;
  readonly workers?: number;
  readonly output?: string[];
  readonly format?: string;
  readonly quiet?: boolean;
  readonly progress: boolean;
}

export function selftestCommand(): Command {
  return new Command("selftest")
    .description(
      "Measures the tool's own error rates: planted directions found, false alarms, bias of the scale, calibration of p-values and intervals.",
    )
    .option("--quick", "a tenth of the repetitions: does it all work? Bounds may then be missed by chance")
    .option("--seed <n>", "seed of all that is drawn", parseSeed, 0)
    .option("--workers <n>", "worker threads; one a core by default", parseCount)
    .option("-o, --output <file>", "write the result; .json .md .html; may be given several times", collect)
    .addOption(
      new Option("--format <format>", "what to print on stdout").choices(Object.keys(selftestRenderers)),
    )
    .option("-q, --quiet", "print nothing but errors")
    .option("--no-progress", "don't show progress")
    .addHelpText(
      "after",
      `
Examples:
  marchenko selftest
  marchenko selftest -o selftest.html

Exit code 4 when a bound is missed by more than two standard errors.`,
    )
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const outputs = flags.output ?? [];
  for (const path of outputs) {
    if (!Object.hasOwn(selftestRenderers, formatOfFile(path))) {
      throw new UsageError(`selftest writes .json, .md and .html, not ${path}`);
    }
  }
  await checkOutputs(outputs);
  const workers = flags.workers ?? availableParallelism();
  const startedAt = new Date();
  const progress = await progressLine(flags.quiet || !flags.progress ? "none" : "auto", () => Date.now());
  const result = await selftest({
    seed: flags.seed,
    quick: flags.quick ?? false,
    workers,
    onProgress: ({ title, index, count }) => progress.advance(index / count, title),
  });
  progress.end();
  const thisRun = runProvenance(startedAt, { workers });
  result.provenance.run = thisRun;
  const printed = flags.format ?? (flags.quiet ? null : "table");
  const { written, failures } = await deliver(outputs, printed, (format) =>
    selftestRenderers[format]!(result),
  );
  if (!flags.quiet) {
    for (const path of written) talk(`wrote ${path}`);
    talk(`took ${duration(thisRun.seconds)}`);
  }
  throwAll(failures);
  if (!result.holds) throw new GateError(`selftest: ${selftestSentence(result)}`);
}
