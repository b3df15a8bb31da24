import type { AnalysedModel } from "../analysis/models-of.ts";
import { countModels } from "./count-models.ts";
import { countVerdicts, verdictTexts } from "./describe-verdict.ts";
import { plainLine } from "./plain-text.ts";
import { shortenMiddle } from "./shorten-middle.ts";
import {
  clip,
  countLines,
  findingLines,
  leadLines,
  moreLines,
  type TerminalLayout,
  worstMark,
} from "./terminal-lines.ts";

/** With these a result fits a screen of 24 lines with the prompt. */
const modelsShown = 8;

/**
 * The answer about several models: a line for each, with how many of its matrices have which verdict; of a series, at
 * its last checkpoint. Those of the worst findings come first where there are too many.
 */
export function modelsLines(models: readonly AnalysedModel[], layout: TerminalLayout): string[] {
  const { width, paint } = layout;
  const lasts = models.map(({ name, isSeries, result }) => {
    const { id, layers, findings } = result.checkpoints.at(-1)!;
    const count = isSeries ? `, last of ${result.checkpoints.length}` : "";
    return { name: name ?? id, count, layers, findings };
  });
  const layers = lasts.flatMap((last) => last.layers);
  const analysed = layers.filter(({ status }) => status === "analysed").length;
  const findings = lasts.flatMap((last) => last.findings.map((each) => ({ ...each, of: last.name })));
  const matrices = `${analysed} ${analysed === 1 ? "matrix" : "matrices"} analysed`;
  const shown = lasts
    .map((last) => ({ last, weight: weightOf(last.findings) }))
    .sort((a, b) => (lasts.length > modelsShown ? b.weight - a.weight : 0))
    .slice(0, modelsShown);
  const verdicts = shown.map(({ last }) => {
    const counts = countVerdicts(last.layers).map(
      ([verdict, count]) => `${verdictTexts[verdict].mark} ${count}`,
    );
    return counts.length === 0 ? "nothing analysed" : counts.join("  ");
  });
  const verdictWidth = Math.max(...verdicts.map((text) => text.length));
  const nameWidth = Math.min(
    Math.max(...shown.map(({ last }) => plainLine(last.name).length + last.count.length)),
    Math.max(16, width - verdictWidth - 4),
  );
  const rows = shown.map(({ last }, i) => {
    const name = shortenMiddle(plainLine(last.name), nameWidth - last.count.length) + last.count;
    return `${worstMark(last.findings, paint)} ${clip(`${name.padEnd(nameWidth)}  ${verdicts[i]}`, width - 2)}`;
  });
  return [
    ...leadLines(worstMark(findings, paint), `${countModels(models)}: ${matrices}.`, layout),
    ...countLines(layers, layout),
    "",
    ...rows,
    ...moreLines(lasts.length - modelsShown, "model", layout),
    "",
    ...findingLines(findings, layout),
  ];
}

function weightOf(findings: AnalysedModel["result"]["checkpoints"][number]["findings"]): number {
  const severities = findings.map(({ severity }) => severity);
  return severities.includes("error") ? 2 : severities.includes("warning") ? 1 : 0;
}
