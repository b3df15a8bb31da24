import type { GateResult } from "../gate/result.ts";
import { formatNumber } from "../report/format-number.ts";
import { gateMarkdown } from "../report/gate/gate-markdown.ts";
import { gateSarif } from "../report/gate/gate-sarif.ts";
import {
  gateSentence,
  isOfOneCheckpoint,
  outcomeTexts,
  placeText,
  subjectText,
  valueText,
} from "../report/gate/gate-words.ts";
import { renderJson } from "../report/json.ts";
import type { Text } from "./outputs.ts";
import { counted, widthOf } from "./terminal.ts";
import { writeTable } from "./write-table.ts";

/** Layers that are listed on a screen; all are in JSON and SARIF. */
const firedShown = 10;
const doubtfulShown = 6;

/** How what a gate found can be written, by the name of the format. */
export const gateRenderers: Readonly<Record<string, (result: GateResult) => Text | Promise<Text>>> = {
  table: terminalText,
  json: renderJson,
  markdown: gateMarkdown,
  sarif: gateSarif,
};

async function terminalText(result: GateResult): Promise<string> {
  const { rules, violations, notJudged, failed } = result;
  const one = isOfOneCheckpoint(result);
  const width = widthOf(process.stdout);
  const parts = [
    `${failed ? "✗" : "✓"} ${gateSentence(result)}\n\n`,
    await writeTable(
      ["", "fails where", "layers", "holds in", "not judged"],
      rules.map(({ outcome, expression, looked, fired, notJudged: doubtful }) => [
        outcomeTexts[outcome].mark,
        expression,
        String(looked),
        String(fired),
        String(doubtful),
      ]),
      width,
    ),
    ...rules.flatMap(({ expression, hint }) =>
      hint === null ? [] : [`\n${expression} matches no layer: ${hint}\n`],
    ),
  ];
  if (violations.length > 0) {
    const rows = violations.slice(0, firedShown).map((each) => {
      const rule = rules[each.rule]!;
      return [placeText(each, one), subjectText(rule), valueText(each), `${rule.operator} ${rule.threshold}`];
    });
    parts.push(
      "\n",
      await writeTable(["holds in", "metric", "value", "limit"], rows, width),
      more(violations, rows),
    );
  }
  if (notJudged.length > 0) {
    const rows = notJudged.slice(0, doubtfulShown).map((each) => {
      const value = each.value === null ? "" : `(${formatNumber(each.value)})`;
      return [placeText(each, one), subjectText(rules[each.rule]!), value, each.reason];
    });
    parts.push(
      "\n",
      await writeTable(["not judged", "metric", "value", "why"], rows, width),
      more(notJudged, rows),
    );
  }
  return parts.join("");
}

function more(all: readonly unknown[], shown: readonly unknown[]): string {
  const count = all.length - shown.length;
  return count === 0 ? "" : `and ${counted(count, "more layer")}: see -o gate.json or -o gate.md\n`;
}
