import { Command, Option } from "commander";
import { compare } from "../../comparison/compare.ts";
import type { ComparisonResult } from "../../comparison/result.ts";
import { engines, preparedEngine } from "../../spectrum/engines.ts";
import { type SpectrumMethod, spectrumMethods } from "../../spectrum/spectrum-method.ts";
import { comparisonRenderers } from "../comparison-renderers.ts";
import { collect, parseBytes, parseCount, parseSeed } from "../options.ts";
import { checkOutputs, requireWritable } from "../outputs.ts";
import { duration } from "../progress-line.ts";
import { remoteAccess, remoteHelp } from "../remote-access.ts";
import { runProvenance, workerCount } from "../run-provenance.ts";
import { counted, plain, talk, talkMore } from "../terminal.ts";
import { talkOfUnmatched } from "../unmatched-globs.ts";
import { watchedRun } from "../watched-run.ts";
import { deliver, throwAll } from "../write-result.ts";

interface Flags {
  readonly include?: string[];
  readonly exclude?: string[];
  readonly keepFused?: boolean;
  readonly overlap: boolean;
  readonly seed: number;
  readonly method: SpectrumMethod;
  readonly engine?: string;
  readonly workers?: number;
  readonly maxMemory?: number;
  readonly output?: string[];
  readonly format?: string;
  readonly quiet?: boolean;
  readonly progress: boolean;
}

export function compareCommand(): Command {
  return new Command("compare")
    .description(
      "What moved from A to B: layers aligned by name and shape, each metric's difference with its uncertainty; of two checkpoints also the spectrum of the difference and the subspaces in common.",
    )
    .argument("<a>", "a checkpoint, or the JSON of an analysis; of a series the last")
    .argument("<b>", "the same")
    .option("--include <glob>", "only tensors whose name matches; may be given several times", collect)
    .option("--exclude <glob>", "not these tensors; may be given several times", collect)
    .option(
      "--keep-fused",
      "keep matrices that were joined in one tensor as one: queries, keys and values; gates",
    )
    .option("--no-overlap", "don't compare leading singular subspaces: no singular vectors are computed")
    .addOption(
      new Option("--method <method>", "as of analyze, for sides that are checkpoints")
        .choices(spectrumMethods)
        .default("auto"),
    )
    .addOption(
      new Option("--engine <engine>", "what computes the Gram way; by default the fastest here").choices(
        engines.map(({ id }) => id),
      ),
    )
    .option("--seed <n>", "seed of bootstraps and simulated noise", parseSeed, 0)
    .option(
      "--workers <n>",
      "worker threads, at most four a core; one a core by default. The result does not depend on it",
      parseCount,
    )
    .option(
      "--max-memory <bytes>",
      "what the matrices under way may take together, such as 800M or 2GiB; half of the machine's by default",
      parseBytes,
    )
    .option(
      "-o, --output <file>",
      "write the result; .json .csv .md .html; may be given several times",
      collect,
    )
    .addOption(
      new Option("--format <format>", "what to print on stdout").choices(Object.keys(comparisonRenderers)),
    )
    .option("-q, --quiet", "print nothing but errors")
    .option("--no-progress", "don't show progress")
    .addHelpText(
      "after",
      `
|ΔW|/|W| is the change over the norm of A; |Δs|/|s| the same of the singular values, the least change that they allow;
"left" and "right" is what the leading singular subspaces of either side have in common, in brackets what random ones do. A difference of a metric that is not larger than its error is none, up to twice it is unsure.

Examples:
  marchenko compare base/ finetuned/
  marchenko compare base.safetensors tuned.safetensors -o moved.html -o moved.json
  marchenko compare run-a.json run-b.json --format markdown
${remoteHelp}`,
    )
    .action(run);
}

async function run(a: string, b: string, flags: Flags): Promise<void> {
  const outputs = flags.output ?? [];
  requireWritable("compare", outputs, comparisonRenderers);
  await checkOutputs(outputs);
  const engine = flags.engine ? await preparedEngine(flags.engine) : undefined;
  const workers = workerCount(flags.workers, engine);
  const startedAt = new Date();
  // No journal: what is finished of two analyses is no comparison.
  await watchedRun(
    undefined,
    flags.quiet || !flags.progress ? "none" : "auto",
    async ({ progress, signal }) => {
      const result = await compare(a, b, {
        ...(flags.include && { include: flags.include }),
        ...(flags.exclude && { exclude: flags.exclude }),
        ...(flags.keepFused && { keepFused: true }),
        ...(engine && { engine }),
        ...(flags.maxMemory !== undefined && { maxMemory: flags.maxMemory }),
        remote: remoteAccess(),
        overlap: flags.overlap,
        seed: flags.seed,
        method: flags.method,
        workers,
        signal,
        onProgress: (event) => progress.update(event),
        onSubspaces: (layer, share) => progress.advance(share, `subspaces of ${plain(layer)}`),
      });
      progress.end();
      const thisRun = runProvenance(startedAt, { workers });
      result.provenance.run = thisRun;
      const printed = flags.format ?? (flags.quiet ? null : "table");
      const { written, failures } = await deliver(outputs, printed, (format) =>
        comparisonRenderers[format]!(result),
      );
      if (!flags.quiet) {
        const rows = [...result.layers, ...result.onlyInA, ...result.onlyInB];
        talkOfUnmatched(
          { "--include": flags.include },
          rows.map(({ layer }) => layer),
        );
        tell(result, written, thisRun.seconds);
      }
      throwAll(failures);
    },
  );
}

/** Says on stderr what was done. */
function tell({ warnings, totals }: ComparisonResult, written: readonly string[], seconds: number): void {
  const [first, ...others] = warnings;
  if (first !== undefined) talk(`warning: ${first}`);
  if (warnings.length > 1)
    talk(`and ${counted(warnings.length - 1, "more warning")}: see the page or the JSON`);
  for (const warning of others) talkMore(`warning: ${warning}`);
  for (const path of written) talk(`wrote ${path}`);
  talk(`${counted(totals.compared, "layer")} compared in ${duration(seconds)}`);
}
