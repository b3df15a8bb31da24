import type { GateResult } from "../../gate/result.ts";
import { formatNumber } from "../format-number.ts";
import { renderJson } from "../json.ts";
import { gateSentence, placeText, subjectText, valueText } from "./gate-words.ts";

/**
 * What a gate found as SARIF 2.1.0, which code-scanning services show: a rule an expression, an error a layer in which it
 * holds, an open result a layer that could not be judged. The physical location is the result's file, the logical one the
 * layer.
 *
 * @returns a log of one run.
 * @source OASIS, Static Analysis Results Interchange Format (SARIF) 2.1.0, 2020.
 */
export function gateSarif(result: GateResult): string {
  const { rules, violations, notJudged, failed, version } = result;
  const artifactLocation = { uri: encodeURI(result.result.replaceAll("\\", "/")).replaceAll("#", "%23") };
  // Services that show results by line need one; the layer is what counts.
  const physicalLocation = { artifactLocation, region: { startLine: 1 } };
  const located = (each: GateResult["violations"][number] | GateResult["notJudged"][number]) => ({
    locations: [
      {
        physicalLocation,
        logicalLocations: [
          { name: each.layer, fullyQualifiedName: `${each.path}/${each.layer}`, kind: "resource" },
        ],
      },
    ],
    partialFingerprints: {
      "marchenkoGate/v1": JSON.stringify([
        rules[each.rule]!.expression,
        each.checkpoint,
        each.layer,
        each.part,
      ]),
    },
  });
  const results = [
    ...violations.map((each) => {
      const rule = rules[each.rule]!;
      const text = `${placeText(each, false)}: ${subjectText(rule)} is ${valueText(each)}, ${rule.operator} ${rule.threshold}`;
      return { ...ruleOf(each.rule), kind: "fail", level: "error", message: { text }, ...located(each) };
    }),
    ...rules.flatMap(({ outcome, expression, hint }, rule) => {
      if (outcome !== "no-match") return [];
      const text = `${expression} matches no layer: ${hint}`;
      return [
        {
          ...ruleOf(rule),
          kind: "fail",
          level: "error",
          message: { text },
          locations: [{ physicalLocation }],
        },
      ];
    }),
    ...notJudged.map((each) => {
      const value = each.value === null ? "" : ` (${formatNumber(each.value)})`;
      const text = `${placeText(each, false)}: ${subjectText(rules[each.rule]!)}${value} is not judged: ${each.reason}`;
      return { ...ruleOf(each.rule), kind: "open", level: "none", message: { text }, ...located(each) };
    }),
  ];
  function ruleOf(rule: number) {
    return { ruleId: rules[rule]!.expression, ruleIndex: rule };
  }
  return renderJson({
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "marchenko",
            version,
            rules: rules.map(({ expression }) => ({
              id: expression,
              shortDescription: { text: `Fails where ${expression}` },
              defaultConfiguration: { level: "error" },
            })),
          },
        },
        invocations: [
          { executionSuccessful: true, exitCode: failed ? 4 : 0, exitCodeDescription: gateSentence(result) },
        ],
        columnKind: "utf16CodeUnits",
        results,
      },
    ],
  });
}
