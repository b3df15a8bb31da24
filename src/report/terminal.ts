import { modelsOf } from "../analysis/models-of.ts";
import type { AnalysisResult } from "../analysis/result.ts";
import { countReasons, verdictLead } from "./describe-verdict.ts";
import { notableLayers } from "./notable-layers.ts";
import { asShown, screenLine } from "./plain-text.ts";
import { shortenMiddle } from "./shorten-middle.ts";
import { courses, layerTableLines } from "./terminal-layers.ts";
import {
  countLines,
  dimLine,
  layoutOf,
  leadLines,
  nextLines,
  screen,
  type TerminalLayout,
  type TerminalOptions,
  worstMark,
} from "./terminal-lines.ts";
import { modelsAnswer } from "./terminal-models.ts";

export type { TerminalOptions } from "./terminal-lines.ts";

/** With these a result fits a screen. */
const layersShown = 5;

/**
 * The answer of an analysis on at most one screen of 24 lines, with room for what is told beside it: verdict, counts,
 * the layers farthest from noise with their spectra, findings, what was skipped and what comes next.
 *
 * @param result - the result of an analysis; of a series, the last checkpoint is shown, of several models a line for each.
 * @param options - width, colour and the next command.
 * @returns lines, each ended by a newline and no wider than the terminal (from 48 columns on).
 */
export function renderTerminal(result: AnalysisResult, options: TerminalOptions): string {
  const layout = layoutOf(options);
  const models = modelsOf(result);
  const next = nextLines(options.next, layout);
  const lines =
    models.length > 1
      ? screen(modelsAnswer(models, result.warnings, next, layout), layout)
      : checkpointLines(result, next, layout);
  if (lines.length === 0) return "✗ No checkpoint was analysed.\n";
  return lines.map((line) => `${asShown(line)}\n`).join("");
}

/** The last checkpoint of a series, or the only one; none where there is none. */
function checkpointLines(result: AnalysisResult, next: readonly string[], layout: TerminalLayout): string[] {
  const { checkpoints, warnings } = result;
  const checkpoint = checkpoints.at(-1);
  if (checkpoint === undefined) return [];
  const { layers, findings } = checkpoint;
  const count = `, the last of ${checkpoints.length} checkpoints`;
  const place =
    checkpoints.length > 1
      ? [dimLine(shortenMiddle(screenLine(checkpoint.id), layout.width - 2 - count.length) + count, layout)]
      : [];
  const skipped = countReasons(layers).map(([reason, count]) => `${count} ${screenLine(reason)}`);
  const notable = notableLayers(layers, layersShown).map((layer) => ({ name: layer.layer, layer }));
  return screen(
    {
      lead: [
        ...leadLines(worstMark(findings, layout.paint), verdictLead(checkpoint), layout),
        ...place,
        ...countLines(layers, layout),
      ],
      tables: [layerTableLines(notable, courses(result), layout)],
      findings,
      warnings,
      close: [...(skipped.length > 0 ? [dimLine(`skipped: ${skipped.join(", ")}`, layout)] : []), ...next],
    },
    layout,
  );
}
