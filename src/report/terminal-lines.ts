import type { Finding, LayerResult } from "../analysis/result.ts";
import { countVerdicts, verdictTexts } from "./describe-verdict.ts";
import { severityMarks, sortFindings } from "./notable-layers.ts";
import { plainLine } from "./plain-text.ts";
import { wrapText } from "./wrap-text.ts";

export interface TerminalOptions {
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Whether to write SGR colour codes; marks tell the same without them. */
  readonly color: boolean;
}

export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "cyan";
const sgr: Readonly<Record<Style, readonly [open: number, close: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
};
const severityStyles = { error: "red", warning: "yellow", info: "cyan" } as const;

/** With these a result fits a screen of 24 lines with the prompt. */
const findingsShown = 4;
const warningsShown = 1;
/** Narrowest terminal that lines are laid out for. */
const minimumWidth = 48;

export type Paint = (style: Style, text: string) => string;

/** What lines are laid out with. */
export interface TerminalLayout {
  readonly width: number;
  readonly paint: Paint;
}

export function layoutOf({ columns, color }: TerminalOptions): TerminalLayout {
  return {
    width: Math.max(minimumWidth, columns),
    paint: (style, text) => (color ? `\u001b[${sgr[style][0]}m${text}\u001b[${sgr[style][1]}m` : text),
  };
}

/** The mark is about findings, not about the verdict: noise is no fault. */
export function worstMark(findings: readonly Finding[], paint: Paint): string {
  const worst = sortFindings(findings)[0]?.severity;
  return worst === "error"
    ? paint("red", "✗")
    : worst === "warning"
      ? paint("yellow", "!")
      : paint("green", "✓");
}

/** The answer in bold, after its mark. */
export function leadLines(mark: string, text: string, { width, paint }: TerminalLayout): string[] {
  const [first = "", ...rest] = wrapText(text, width - 2, 0);
  return [`${mark} ${paint("bold", first)}`, ...rest.map((line) => `  ${paint("bold", line)}`)];
}

/** How many layers have each verdict, with its mark. */
export function countLines(layers: readonly LayerResult[], { width }: TerminalLayout): string[] {
  const lines: string[] = [];
  for (const [verdict, count] of countVerdicts(layers)) {
    const { mark, title } = verdictTexts[verdict];
    const part = `  ${mark} ${count} ${title}`;
    const fits = lines.length > 0 && lines.at(-1)!.length + part.length <= width;
    lines.push(fits ? lines.pop() + part : part);
  }
  return lines;
}

/** A finding with the name of what it is about. */
export interface PlacedFinding extends Finding {
  /** Of the model, where there are several. */
  readonly of?: string;
}

/** The worst findings, and how many more there are. */
export function findingLines(findings: readonly PlacedFinding[], layout: TerminalLayout): string[] {
  const { width, paint } = layout;
  const lines = sortFindings(findings)
    .slice(0, findingsShown)
    .flatMap((finding) => {
      const where = [finding.of, finding.layer].map((name) => (name ? `${plainLine(name)}: ` : "")).join("");
      const mark = paint(severityStyles[finding.severity], severityMarks[finding.severity]);
      const [first = "", ...rest] = wrapText(where + plainLine(finding.evidence), width - 2, 0);
      return [`${mark} ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  return [...lines, ...moreLines(findings.length - findingsShown, "finding", layout)];
}

export function warningLines(warnings: readonly string[], layout: TerminalLayout): string[] {
  const shown = warnings.slice(0, warningsShown).flatMap((warning) => {
    return wrapText(`! ${plainLine(warning)}`, layout.width, 2).map((line) => layout.paint("yellow", line));
  });
  return [...shown, ...moreLines(warnings.length - warningsShown, "warning", layout)];
}

/** How many are not shown, and where they are; nothing when all are. */
export function moreLines(count: number, noun: string, layout: TerminalLayout): string[] {
  if (count <= 0) return [];
  return dimLines(
    `and ${count} more ${noun}${count === 1 ? "" : "s"}: see the JSON or the page (-o result.json, -o result.html)`,
    layout,
  );
}

export function dimLines(text: string, { width, paint }: TerminalLayout): string[] {
  return wrapText(text, width - 2, 0).map((line) => paint("dim", `  ${line}`));
}

export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
