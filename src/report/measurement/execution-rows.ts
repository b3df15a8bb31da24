import type { MeasurementResult } from "../../measure/result.ts";
import type { PartExecution } from "../../measure/sparse-execution/time-sparse-execution.ts";
import { formatNumber, missing } from "../format-number.ts";
import type { Rows } from "./measurement-rows.ts";

const digits = 3;

/**
 * Tables of how fast blocks run that skip their inactive neurons, one for each checkpoint and part that was timed. Times
 * are milliseconds of all tokens of a batch at once, and of one token; V alone is the product with the value matrix.
 */
export function executionRows({ provenance }: MeasurementResult): Rows[] {
  const executions = (provenance.run.sparseExecution ?? []) as readonly PartExecution[];
  const number = (value: number | null) => (value === null ? missing : formatNumber(value, digits));
  return executions.map(({ id, part, blocks }) => ({
    title: `${id}, ${part}: blocks that skip inactive neurons`,
    headings: [
      "layer",
      "active",
      "tokens",
      "dense ms",
      "GF/s",
      "skipping ms",
      "times as fast",
      "V alone",
      "by theory",
      "one token",
    ],
    rows: blocks.map(({ layer, execution, reason }) =>
      execution === null
        ? [layer, reason]
        : [
            layer,
            number(execution.activeShare),
            String(execution.tokens),
            number(execution.batch.dense.milliseconds),
            number(execution.denseGigaflops),
            number(execution.batch.skipping.milliseconds),
            number(execution.batch.speedup),
            number(execution.batch.valueSpeedup),
            number(execution.theoreticalSpeedup),
            number(execution.decoding.speedup),
          ],
    ),
  }));
}
