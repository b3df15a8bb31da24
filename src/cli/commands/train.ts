import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Argument, Command, Option } from "commander";
import { analyzeEvery } from "../../analysis/analyze-every.ts";
import { type Backend, DeviceLostError } from "../../backends/backend.ts";
import { UsageError } from "../../errors.ts";
import { measureEvery } from "../../measure/measure-every.ts";
import { formatNumber } from "../../report/format-number.ts";
import { renderJson } from "../../report/json.ts";
import { quoteWord } from "../../report/shell-words.ts";
import type { TrainObserver } from "../../train/observer.ts";
import { type PreparedRecipe, prepareRecipe } from "../../train/prepare-recipe.ts";
import { presets } from "../../train/presets/catalogue.ts";
import type { Recipe } from "../../train/recipe.ts";
import type { RunOptions, RunSummary } from "../../train/run.ts";
import { runThroughLoss } from "../../train/run-through-loss.ts";
import { stepCost } from "../../train/step-cost.ts";
import { plainStep } from "../../train/traced-step.ts";
import type { Ingredients } from "../../train/trainable.ts";
import { abortOnInterrupt, InterruptedError } from "../interrupt.ts";
import { program } from "../next-step.ts";
import { collect, parseCount, parseSeed } from "../options.ts";
import { duration, progressLine } from "../progress-line.ts";
import { readRecipe } from "../read-recipe.ts";
import { canRelay, goOnRelayed } from "../relay.ts";
import { plain, printData, talk, widthOf } from "../terminal.ts";
import {
  type Device,
  devices,
  mayTakeGpu,
  mostThreadsPerCore,
  trainingBackend,
} from "../training-backend.ts";
import { writeTable } from "../write-table.ts";

interface Flags {
  readonly out?: string;
  readonly device: Device;
  readonly seed?: number;
  readonly resume?: boolean;
  readonly set?: string[];
  readonly steps?: number;
  readonly threads?: number;
  readonly list?: boolean;
  readonly format?: "table" | "json";
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly progress: boolean;
}

/**
 * Steps of fewer operations run on one thread where it isn't told how many. digits-vit has 2.4e8: where other programs
 * keep the cores busy, two threads that wait for each other took three times as long as one.
 */
const worthThreads = 5e8;

export function trainCommand(): Command {
  return new Command("train")
    .description(
      "Trains a model by a recipe: checkpoints, metrics, and a run that can be stopped and resumed.",
    )
    .addArgument(new Argument("[recipe]", "a JSON file, or the name of one that --list has"))
    .option("--out <folder>", "the run's folder, new or empty")
    .option("--list", "list the recipes that come with the package")
    .addOption(
      new Option(
        "--device <device>",
        "what computes; auto takes a GPU where it finds one that is faster, and says so",
      )
        .choices(devices)
        .default("auto"),
    )
    .option("--seed <n>", "seed of weights, batches and noise; the recipe's own by default", parseSeed)
    .option("--resume", "go on with the run in --out where it was saved last")
    .option(
      "--set <key=json>",
      "change a member of the recipe, such as optimizer.learningRate=0.01; may be given several times",
      collect,
    )
    .option("--steps <n>", "the same as --set steps=n", parseCount)
    .option(
      "--threads <n>",
      "threads of the CPU, at most four a core; one a core by default, one in all for small models. The result does not depend on it",
      parseCount,
    )
    .addOption(new Option("--format <format>", "what to print").choices(["table", "json"]))
    .option("-q, --quiet", "print nothing but errors")
    .option("--no-progress", "don't show progress")
    .addHelpText(
      "after",
      `
Examples:
  marchenko train --list
  marchenko train digits-vit --out runs/vanilla
  marchenko train digits-vit-sparse --out runs/sparse --seed 1 --set checkpointEvery=100
  marchenko train my-recipe.json --out runs/mine --steps 500
  marchenko train digits-vit --out runs/vanilla --resume

A recipe states only what differs from the one it extends: { "extends": "digits-vit", "name": "mine", "steps": 500 }.
The folder then has recipe.json (whole), metrics.ndjson, checkpoints/, and state/ for --resume. Ctrl-C saves the state.`,
    )
    .action(run);
}

async function run(given: string | undefined, flags: Flags): Promise<void> {
  if (flags.list) return await printPresets(flags.format);
  if (given === undefined)
    throw new UsageError("train: name a recipe, or its file; --list says which there are");
  if (flags.out === undefined) throw new UsageError("train: give the run's folder by --out");
  const { out } = flags;
  // Before anything is read: of a GPU that may be taken it is decided below.
  if (flags.device === "gpu") await goOnRelayed(flags.verbose ?? false);
  const set = [...(flags.set ?? []), ...(flags.steps === undefined ? [] : [`steps=${flags.steps}`])];
  const composed = await readRecipe(given, { set, ...(flags.seed !== undefined && { seed: flags.seed }) });
  const progress = await progressLine(flags.quiet || !flags.progress ? "none" : "auto", () => Date.now());
  const interrupt = abortOnInterrupt(() => {
    progress.end();
    talk("stopping after the step under way; interrupt again to stop at once, without saving");
  });
  const started = Date.now();
  const open: { backend: Backend | null } = { backend: null };
  try {
    const prepared = await prepareRecipe(composed);
    const { recipe, ingredients } = prepared;
    const cost = costOf(recipe, ingredients);
    if (canRelay() && (await mayTakeGpu(flags.device, cost))) {
      interrupt.signal.throwIfAborted();
      interrupt.release();
      await goOnRelayed(flags.verbose ?? false);
    }
    const work = {
      threads: threadsFor(flags.threads, cost),
      cost,
      step: () => plainStep(recipe, ingredients),
    };
    const openBackend = async (): Promise<Backend> => {
      const chosen = await trainingBackend(flags.device, work);
      if (chosen.why !== null && !flags.quiet) talk(`on ${chosen.backend.name}: ${plain(chosen.why)}`);
      open.backend = chosen.backend;
      return chosen.backend;
    };
    let begun: { step: number; at: number } | null = null;
    const from: { step: number | null } = { step: null };
    const options = (on: Backend): RunOptions => ({
      out,
      backend: on,
      resume: flags.resume ?? false,
      observers: observersOf(prepared, out, on),
      signal: interrupt.signal,
      onProgress({ step, steps, loss, activatedRatio }) {
        // The first step counts from its end: data and plans were made before it.
        begun ??= { step, at: Date.now() };
        from.step ??= step;
        const { step: first, at } = begun;
        const rate =
          step > first ? `, ${formatNumber((1000 * (step - first)) / (Date.now() - at))} steps/s` : "";
        const active = activatedRatio === null ? "" : `, active ${formatNumber(activatedRatio)}`;
        // Of a run that goes on, the share of what was left: the time left is reckoned by it.
        const share = (step - first + 1) / (steps - first + 1);
        progress.advance(share, `step ${step} of ${steps}, loss ${formatNumber(loss)}${active}${rate}`);
      },
    });
    const first = await openBackend();
    const summary = await runThroughLoss(recipe, ingredients, first, {
      options,
      async reopen(lost, step) {
        progress.end();
        talk(`${lost.message}, after step ${step}: going on from the state that was saved last`);
        await open.backend?.dispose();
        return await openBackend();
      },
    });
    progress.end();
    const time = `${duration((Date.now() - started) / 1000)} on ${open.backend!.name}`;
    const { steps } = summary;
    const taken = from.step === null ? 0 : steps - from.step + 1;
    const done = taken === steps ? `${steps} steps in ${time}` : `${taken} steps, up to ${steps}, in ${time}`;
    await tell(summary, flags, taken === 0 ? `nothing was left of ${steps} steps` : done);
  } catch (error) {
    progress.end();
    const isCut = error instanceof InterruptedError || error instanceof DeviceLostError;
    // Nothing is there yet of a run that was cut before its first step.
    if (isCut && existsSync(join(out, "recipe.json"))) {
      talk(
        `the run is saved; go on with: ${[...program, "train", ...resumeArguments(given, flags)].map(quoteWord).join(" ")}`,
      );
    }
    throw error;
  } finally {
    interrupt.release();
    await open.backend?.dispose();
  }
}

/** What looks at the run while it goes on. */
function observersOf(prepared: PreparedRecipe, out: string, backend: Backend): TrainObserver[] {
  const { analyzeEvery: analysed, measureEvery: measured, seed } = prepared.recipe;
  return [
    ...(analysed === undefined ? [] : [analyzeEvery(analysed, out, { seed })]),
    ...(measured === undefined ? [] : [measureEvery(measured, out, backend, prepared)]),
  ];
}

/** Operations of a step. */
function costOf({ batchSize }: Recipe, { model }: Ingredients): number {
  return stepCost(model.trace({ batchSize, training: true, labelSmoothing: 0 }));
}

/** One a core, or one in all for steps that are soon done. */
function threadsFor(asked: number | undefined, cost: number): number {
  const cores = availableParallelism();
  if (asked !== undefined) return Math.min(asked, mostThreadsPerCore * cores);
  return cost < worthThreads ? 1 : cores;
}

/** The arguments that go on with a run. */
function resumeArguments(given: string, { out, device, seed, set = [], steps, threads }: Flags): string[] {
  return [
    given,
    "--out",
    out!,
    ...(device === "auto" ? [] : ["--device", device]),
    ...(seed === undefined ? [] : ["--seed", String(seed)]),
    ...set.flatMap((each) => ["--set", each]),
    ...(steps === undefined ? [] : ["--steps", String(steps)]),
    ...(threads === undefined ? [] : ["--threads", String(threads)]),
    "--resume",
  ];
}

async function printPresets(format: Flags["format"]): Promise<void> {
  const rows = presets.map(({ name, description }) => ({ name, description }));
  await printData(
    format === "json"
      ? renderJson(rows)
      : await writeTable(
          ["recipe", "trains"],
          rows.map(({ name, description }) => [name, description]),
          widthOf(process.stdout),
        ),
  );
}

/** The last metrics on stdout, and on stderr where the run is. */
async function tell(summary: RunSummary, { format, quiet, out }: Flags, done: string): Promise<void> {
  const lines = [summary.train, summary.test].filter((line) => line !== null);
  const table = async () => {
    const digits = 4;
    return await writeTable(
      ["split", "step", "loss", "accuracy", "active", "flat"],
      lines.map((line) => [
        line.split,
        String(line.step),
        formatNumber(line.loss, digits),
        formatNumber(line.accuracy, digits),
        formatNumber(line.activatedRatio, digits),
        formatNumber(line.derivativeSparsity, digits),
      ]),
    );
  };
  const printed = format ?? (quiet ? null : "table");
  if (printed !== null) await printData(printed === "json" ? renderJson(summary) : await table());
  if (quiet) return;
  talk(`${done}; last checkpoint ${plain(summary.checkpoint)}`);
  const next = [...program, "analyze", `${out}/checkpoints`, "-o", "series.html"];
  talk(`next: ${next.map(quoteWord).join(" ")}`);
}
