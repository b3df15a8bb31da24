import type { WeightwatcherRow } from "../../compat/weightwatcher/details-row.ts";
import { countLeftOut } from "../../compat/weightwatcher/left-out.ts";
import { detailsTable, renderDetailsCsv } from "../../compat/weightwatcher/render-details.ts";
import {
  type WeightwatcherDetails,
  type WeightwatcherOptions,
  weightwatcherDetails,
} from "../../compat/weightwatcher/weightwatcher-details.ts";
import { UsageError } from "../../errors.ts";
import { jsonPieces } from "../../report/json.ts";
import { formatOfFile, type Text } from "../outputs.ts";
import { duration } from "../progress-line.ts";
import { counted, plain, talk, talkOfLeftOut } from "../terminal.ts";
import { watchedRun } from "../watched-run.ts";
import { deliver, throwAll } from "../write-result.ts";
import { writeTable } from "../write-table.ts";

type Rows = readonly WeightwatcherRow[];

const renderers: Readonly<Record<string, (details: Rows) => Text | Promise<Text>>> = {
  table(details) {
    const { headings, rows } = detailsTable(details);
    return writeTable(headings, rows);
  },
  json: jsonPieces,
  csv: renderDetailsCsv,
};

/** What the flags of `analyze` say of a run with `--compat weightwatcher`. */
export interface WeightwatcherRun {
  readonly options: WeightwatcherOptions;
  readonly outputs: readonly string[];
  /** The format of stdout; null when nothing is to be printed. */
  readonly printed: string | null;
  readonly show: "auto" | "none";
  readonly isQuiet: boolean;
  /** Flags that were given and have no meaning here. */
  readonly refused: readonly string[];
}

/**
 * Analyses one checkpoint as WeightWatcher does, and writes its rows.
 *
 * @throws {UsageError} If a format, a flag or the number of checkpoints is not WeightWatcher's.
 */
export async function analyzeLikeWeightwatcher(
  paths: readonly string[],
  { options, outputs, printed, show, isQuiet, refused }: WeightwatcherRun,
): Promise<void> {
  requireSupported(outputs, printed, refused);
  const startedAt = Date.now();
  await watchedRun(outputs[0], show, async ({ progress, journal, signal }) => {
    const result = await weightwatcherDetails(paths, {
      ...options,
      signal,
      onProgress({ tensor, shape, row, cost }) {
        if (row) journal.add(`${JSON.stringify(row)}\n`);
        const what = `${plain(tensor)} [${shape.join(" x ")}] ${row?.status ?? "has no row"}`;
        progress.advance(cost.done / cost.total, what);
      },
    });
    progress.end();
    const seconds = (Date.now() - startedAt) / 1000;
    const { written, failures, inFiles } = await deliver(outputs, printed, (format) =>
      renderers[format]!(result.details),
    );
    if (inFiles) journal.discard();
    if (!isQuiet) tell(result, written, seconds);
    throwAll(failures);
  });
}

function requireSupported(
  outputs: readonly string[],
  printed: string | null,
  refused: readonly string[],
): void {
  if (refused.length > 0) {
    throw new UsageError(`${refused.join(", ")} can't be had with --compat weightwatcher`);
  }
  if (printed !== null && !Object.hasOwn(renderers, printed)) {
    throw new UsageError(
      `--compat weightwatcher prints ${Object.keys(renderers).join(", ")}, not ${printed}`,
    );
  }
  for (const path of outputs) {
    if (!Object.hasOwn(renderers, formatOfFile(path))) {
      throw new UsageError(`--compat weightwatcher writes .json and .csv, not ${path}`);
    }
  }
}

/** Says on stderr what was done, and what WeightWatcher would not say. */
function tell(
  { details, leftOut, leftOutFiles }: WeightwatcherDetails,
  written: readonly string[],
  seconds: number,
): void {
  talkOfLeftOut(leftOutFiles);
  const tensors = details.length + leftOut.length;
  if (leftOut.length > 0) {
    talk(`${leftOut.length} of ${counted(tensors, "tensor")} left out: ${countLeftOut(leftOut)}`);
  }
  const failed = details.filter(({ status }) => status === "failed").length;
  if (failed > 0) talk(`${counted(failed, "fit")} failed, which WeightWatcher calls over-trained`);
  for (const path of written) talk(`wrote ${path}`);
  talk(`${counted(details.length, "row")} like WeightWatcher's in ${duration(seconds)}`);
}
