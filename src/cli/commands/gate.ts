import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { GateError, UsageError } from "../../errors.ts";
import { type GatedResult, gate } from "../../gate/gate.ts";
import { gateSentence } from "../../report/gate/gate-words.ts";
import { gateRenderers } from "../gate-renderers.ts";
import { collect } from "../options.ts";
import { checkOutputs, requireWritable } from "../outputs.ts";
import { talk } from "../terminal.ts";
import { deliver, throwAll } from "../write-result.ts";

interface Flags {
  readonly failOn?: string[];
  readonly baseline?: string;
  readonly checkpoint?: string;
  readonly output?: string[];
  readonly format?: string;
  readonly quiet?: boolean;
}

export function gateCommand(): Command {
  return new Command("gate")
    .description("Fails (exit code 4) where an expression holds in a layer of a saved result: for CI.")
    .argument("[result.json]", "what analyze, compare, measure or noise wrote")
    .option(
      "--fail-on <expr...>",
      "[GLOB:]METRIC OP NUMBER, METRIC an id of marchenko metrics or delta(ID); several, or given several times",
    )
    .option("--baseline <result.json>", "what delta is the difference from")
    .option("--checkpoint <id>", "only this checkpoint of a series, or the last; all by default")
    .option(
      "-o, --output <file>",
      "write what was found; .sarif .json .md; may be given several times",
      collect,
    )
    .addOption(new Option("--format <format>", "what to print on stdout").choices(Object.keys(gateRenderers)))
    .option("-q, --quiet", "print nothing but errors")
    .addHelpText(
      "after",
      `
OP is < <= > >= == or !=. A number that is null, or that rests on a fit that does not hold, never fires and is listed.
An unknown metric is exit code 2; a glob that matches no layer fails the gate. In a comparison, delta(ID) is B less A.

Examples:
  marchenko gate run.json --fail-on '*.mlp.*:powerLaw.alpha < 2' 'concentration.nearZeroRate > 0.9'
  marchenko gate run.json --baseline main.json --fail-on 'delta(metrics.stableRank) < -5' -o gate.sarif
  marchenko gate measured.json --fail-on 'model:accuracy < 0.9' --fail-on 'activatedRatio > 0.2'`,
    )
    .action(run);
}

async function run(path: string | undefined, flags: Flags): Promise<void> {
  const { failOn, baseline, checkpoint, output = [], format, quiet = false } = flags;
  requirePath(path, failOn ?? []);
  if (failOn === undefined)
    throw new UsageError("give --fail-on 'METRIC OP NUMBER': there is nothing to gate on");
  requireWritable("gate", output, gateRenderers);
  await checkOutputs(output);
  const { readResult } = await import("../read-result.ts");
  const result = (await readResult(path)).value as GatedResult;
  const before = baseline === undefined ? undefined : ((await readResult(baseline)).value as GatedResult);
  const found = gate(result, {
    failOn,
    baseline: before,
    checkpoint,
    names: { result: path, ...(baseline !== undefined && { baseline }) },
  });
  const printed = format ?? (quiet ? null : "table");
  const { written, failures } = await deliver(output, printed, (wanted) => gateRenderers[wanted]!(found));
  if (!quiet) for (const file of written) talk(`wrote ${file}`);
  throwAll(failures);
  if (found.failed) throw new GateError(gateSentence(found));
}

/** @throws {UsageError} If there is no result, which a list of expressions before it may have swallowed. */
function requirePath(path: string | undefined, failOn: readonly string[]): asserts path is string {
  if (path !== undefined) return;
  const swallowed = failOn.find((text) => existsSync(text));
  throw new UsageError(
    swallowed === undefined
      ? "missing required argument 'result.json' (add --help for what there is)"
      : `--fail-on has taken ${swallowed} for an expression: write the result before it`,
  );
}
