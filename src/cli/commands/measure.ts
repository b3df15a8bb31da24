import { Command, InvalidArgumentError, Option } from "commander";
import { groups } from "../../measure/groups.ts";
import { measure } from "../../measure/measure.ts";
import { type Part, parts } from "../../measure/result.ts";
import { measurementRenderers } from "../measurement-renderers.ts";
import { collect, parseCount, parseSeed, repeatable } from "../options.ts";
import { remoteAccess } from "../remote-access.ts";
import { type CheckpointFlags, runOnCheckpoint } from "../run-on-checkpoint.ts";

interface Flags extends CheckpointFlags {
  readonly part: "both" | Part;
  readonly only?: string[];
  readonly with?: string[];
  readonly without?: string[];
  readonly set?: Record<string, Record<string, unknown>>;
  readonly time?: boolean;
}

export function measureCommand(): Command {
  const named = groups.map(({ id, byDefault }) => (byDefault ? id : `${id} (only by --with)`)).join(", ");
  return new Command("measure")
    .description("Sparsity, gradients, flatness and robustness of a trained checkpoint, on data.")
    .argument("<checkpoint>", "a checkpoint, or a folder of them (a series)")
    .option(
      "--recipe <recipe>",
      "the recipe of the model and its data, or its name; by default what the checkpoint says",
    )
    .option("--data <data>", "other data: a data set's name, NAME:PATH, or a path")
    .option(
      "--batches <n>",
      "batches of a part at most; by default all of test, and an epoch of train",
      parseCount,
    )
    .addOption(
      new Option("--part <part>", "which part of the data").choices(["both", ...parts]).default("both"),
    )
    .option("--seed <n>", "seed of the order of batches and of all draws; the recipe's by default", parseSeed)
    .option("--only <group>", "measure this alone; may be given several times", collect)
    .option("--with <group>", "measure this, too; may be given several times", collect)
    .option("--without <group>", "don't measure this; may be given several times", collect)
    .option(
      "--set <group.key=json>",
      "a setting of a group; may be given several times",
      repeatable(parseSetting),
    )
    .option(
      "--time",
      "time blocks with and without skipping their inactive neurons, on one thread; times differ from run to run",
    )
    .option("--threads <n>", "threads; 1 by default. The result does not depend on it", parseCount, 1)
    .option(
      "-o, --output <file>",
      "write the result; .json .csv .md .html; may be given several times",
      collect,
    )
    .addOption(
      new Option("--format <format>", "what to print on stdout").choices(Object.keys(measurementRenderers)),
    )
    .option("-q, --quiet", "print nothing but errors")
    .option("--no-progress", "don't show progress")
    .addHelpText(
      "after",
      `
Groups: ${named}.
What their numbers mean: marchenko metrics.

Examples:
  marchenko measure runs/a/checkpoints/step-003450
  marchenko measure runs/a/checkpoints -o course.json -o course.csv
  marchenko measure runs/a --part test --only activationSparsity --batches 4`,
    )
    .action(run);
}

async function run(path: string, flags: Flags): Promise<void> {
  await runOnCheckpoint(flags, {
    name: "measure",
    renderers: measurementRenderers,
    unit: "batch",
    work: (given) =>
      measure(path, {
        ...given,
        remote: remoteAccess(),
        parts: flags.part === "both" ? parts : [flags.part],
        only: flags.only,
        also: flags.with,
        without: flags.without,
        settings: flags.set,
        clock: flags.time ? () => performance.now() / 1000 : undefined,
      }),
  });
}

/** `group.key=json`, gathered by group. */
function parseSetting(
  text: string,
  settings: Record<string, Record<string, unknown>> = {},
): Record<string, Record<string, unknown>> {
  const [, group, key, value] = /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(text) ?? [];
  if (group === undefined || key === undefined || value === undefined) {
    throw new InvalidArgumentError("Expected group.key=json, such as hessian.probes=16.");
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw new InvalidArgumentError(`${value} is no JSON.`);
  }
  return { ...settings, [group]: { ...settings[group], [key]: parsed } };
}
