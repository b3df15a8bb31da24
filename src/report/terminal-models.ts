import type { AnalysedModel } from "../analysis/models-of.ts";
import { countModels } from "./count-models.ts";
import { countVerdicts, verdictTexts } from "./describe-verdict.ts";
import { notableLayers, ratioExcess } from "./notable-layers.ts";
import { screenLine } from "./plain-text.ts";
import { shortenNames } from "./shorten-middle.ts";
import { densities, layerTableLines } from "./terminal-layers.ts";
import {
  type Answer,
  clip,
  countLines,
  dimLine,
  leadLines,
  type TerminalLayout,
  worstMark,
} from "./terminal-lines.ts";

/** With these a result fits a screen. */
const modelsShown = 6;
const layersShown = 3;

/**
 * The answer about several models: a line for each, with how many of its matrices have which verdict; of a series, at
 * its last checkpoint. Those of the worst findings come first where there are too many. Then the layers farthest from
 * noise, of whichever model.
 */
export function modelsAnswer(
  models: readonly AnalysedModel[],
  warnings: readonly string[],
  close: readonly string[],
  layout: TerminalLayout,
): Answer {
  const lasts = models.map(({ name, isSeries, result }) => {
    const { id, layers, findings } = result.checkpoints.at(-1)!;
    const count = isSeries ? `, last of ${result.checkpoints.length}` : "";
    return { name: name ?? id, count, layers, findings };
  });
  const layers = lasts.flatMap((last) => last.layers);
  const analysed = layers.filter(({ status }) => status === "analysed").length;
  const findings = lasts.flatMap((last) => last.findings.map((each) => ({ ...each, of: last.name })));
  const matrices = `${analysed} ${analysed === 1 ? "matrix" : "matrices"} analysed`;
  const notable = lasts
    .flatMap((last) =>
      notableLayers(last.layers, layersShown).map((layer) => ({
        name: `${last.name}: ${layer.layer}`,
        layer,
      })),
    )
    .sort((a, b) => (ratioExcess(b.layer) ?? 0) - (ratioExcess(a.layer) ?? 0))
    .slice(0, layersShown);
  return {
    lead: [
      ...leadLines(worstMark(findings, layout.paint), `${countModels(models)}: ${matrices}.`, layout),
      ...countLines(layers, layout),
    ],
    tables: [modelLines(lasts, layout), layerTableLines(notable, densities, layout)],
    findings,
    warnings,
    close,
  };
}

/** A model at its last checkpoint. */
interface LastOfModel extends Pick<AnalysedModel["result"]["checkpoints"][number], "layers" | "findings"> {
  readonly name: string;
  /** Of a series, how many it is the last of. */
  readonly count: string;
}

function modelLines(lasts: readonly LastOfModel[], layout: TerminalLayout): string[] {
  const { width, paint } = layout;
  const isTooMany = lasts.length > modelsShown;
  const shown = lasts
    .map((last) => ({ last, weight: weightOf(last.findings) }))
    .sort((a, b) => (isTooMany ? b.weight - a.weight : 0))
    // One less where a line has to say how many are left.
    .slice(0, isTooMany ? modelsShown - 1 : modelsShown);
  const verdicts = shown.map(({ last }) => {
    const counts = countVerdicts(last.layers).map(
      ([verdict, count]) => `${verdictTexts[verdict].mark} ${count}`,
    );
    return counts.length === 0 ? "nothing analysed" : counts.join("  ");
  });
  const verdictWidth = Math.max(...verdicts.map((text) => text.length));
  const nameWidth = Math.min(
    Math.max(...shown.map(({ last }) => screenLine(last.name).length + last.count.length)),
    Math.max(16, width - verdictWidth - 4),
  );
  const whole = shown.map(({ last }) => screenLine(last.name));
  const fits = shown.every(({ last }, i) => whole[i]!.length + last.count.length <= nameWidth);
  const widestCount = Math.max(...shown.map(({ last }) => last.count.length));
  const names = fits ? whole : shortenNames(whole, Math.max(8, nameWidth - widestCount));
  const rows = shown.map(({ last }, i) => {
    const name = names[i]! + last.count;
    return `${worstMark(last.findings, paint)} ${clip(`${name.padEnd(nameWidth)}  ${verdicts[i]}`, width - 2)}`;
  });
  const left = lasts.length - shown.length;
  return left === 0
    ? rows
    : [
        ...rows,
        dimLine(`and ${left} more ${left === 1 ? "model" : "models"}: see the page or the JSON`, layout),
      ];
}

function weightOf(findings: AnalysedModel["result"]["checkpoints"][number]["findings"]): number {
  const severities = findings.map(({ severity }) => severity);
  return severities.includes("error") ? 2 : severities.includes("warning") ? 1 : 0;
}
