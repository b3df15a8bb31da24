import { availableParallelism, cpus, totalmem } from "node:os";
import { Command, Option } from "commander";
import { version } from "../../analysis/version.ts";
import { formats } from "../../checkpoint/formats.ts";
import { renderJson } from "../../report/json.ts";
import { describeNative } from "../../spectrum/native-engine.ts";
import { fastestEngine } from "../../spectrum/wasm-engine.ts";
import { gpuText } from "../gpu-facts.ts";
import { probeGpus } from "../probe-gpus.ts";
import { printData, widthOf } from "../terminal.ts";
import { writeTable } from "../write-table.ts";

export function envCommand(): Command {
  return new Command("env")
    .description("What this machine and installation offer: paste it into a bug report.")
    .addOption(new Option("--format <format>", "what to print").choices(["table", "json"]).default("table"))
    .addHelpText("after", "\nExamples:\n  marchenko env\n  marchenko env --format json")
    .action(async ({ format }: { format: string }) => {
      const facts = {
        marchenko: version,
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        processor: cpus()[0]?.model ?? "unknown",
        cores: availableParallelism(),
        memoryBytes: totalmem(),
        engine: fastestEngine().id,
        native: (await describeNative()) ?? "none: --engine native says what it needs",
        formats: formats.map(({ id }) => id).join(", "),
      };
      const gpu = await probeGpus();
      await printData(
        format === "json"
          ? renderJson({ ...facts, gpu })
          : (
              await writeTable(
                ["", ""],
                [
                  ...Object.entries(facts).map(([name, value]) => [
                    name,
                    name === "memoryBytes"
                      ? `${value} (${(Number(value) / 2 ** 30).toFixed(1)} GiB)`
                      : String(value),
                  ]),
                  ["gpu", gpuText(gpu)],
                ],
                widthOf(process.stdout),
              )
            ).trimStart(),
      );
    });
}
