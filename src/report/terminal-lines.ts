import type { Finding, LayerResult } from "../analysis/result.ts";
import { countVerdicts, verdictTexts } from "./describe-verdict.ts";
import { severityMarks, sortFindings } from "./notable-layers.ts";
import { filler, screenLine } from "./plain-text.ts";
import { commandLines } from "./shell-words.ts";
import { wrapText } from "./wrap-text.ts";

export interface TerminalOptions {
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Whether to write SGR colour codes; marks tell the same without them. */
  readonly color: boolean;
  /** The command that comes next, in words; left out where there is none. */
  readonly next?: readonly string[] | undefined;
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

/** A screen has 24; what was written, how long it took and the prompt need some of them. */
const screenLines = 21;
/** Of one finding or warning. */
const mostLines = 3;
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

/** What an answer consists of, each a block of lines; blocks without any leave no gap. */
export interface Answer {
  /** The verdict, and what was counted. */
  readonly lead: readonly string[];
  /** Tables, which keep their lines. */
  readonly tables: readonly (readonly string[])[];
  readonly findings: readonly PlacedFinding[];
  readonly warnings: readonly string[];
  /** What ends it. */
  readonly close: readonly string[];
}

/** An answer that fits a screen: findings, the worst first, then warnings get the lines that the rest leaves. */
export function screen(
  { lead, tables, findings, warnings, close }: Answer,
  layout: TerminalLayout,
): string[] {
  const filled = tables.filter((lines) => lines.length > 0);
  const above = [...lead, ...filled.flatMap((lines) => ["", ...lines])];
  const notes = noteLines(findings, warnings, screenLines - above.length - 1 - close.length, layout);
  const below = [...notes, ...close];
  return below.length === 0 || filled.length === 0 ? [...above, ...below] : [...above, "", ...below];
}

/** As many findings and warnings as there is room for, and how many more there are. */
function noteLines(
  findings: readonly PlacedFinding[],
  warnings: readonly string[],
  room: number,
  layout: TerminalLayout,
): string[] {
  const { width, paint } = layout;
  const notes = [
    ...sortFindings(findings).map((finding) => {
      const where = [finding.of, finding.layer].map((name) => (name ? `${screenLine(name)}: ` : "")).join("");
      const lines = wrapText(where + screenLine(finding.evidence), width - 2, 0);
      return { mark: paint(severityStyles[finding.severity], severityMarks[finding.severity]), lines };
    }),
    ...warnings.map((warning) => ({
      mark: paint("yellow", "!"),
      lines: wrapText(screenLine(warning), width - 2, 0).map((line) => paint("yellow", line)),
    })),
  ];
  const shown: string[] = [];
  let count = 0;
  for (const { mark, lines } of notes) {
    const isLast = count === notes.length - 1;
    const left = room - shown.length - (isLast ? 0 : 1);
    const most = Math.max(1, count === 0 ? Math.min(mostLines, left) : mostLines);
    const cut =
      lines.length > most ? [...lines.slice(0, most - 1), clip(`${lines[most - 1]}…`, width - 2)] : lines;
    if (count > 0 && cut.length > left) break;
    shown.push(...cut.map((line, i) => (i === 0 ? `${mark} ${line}` : `  ${line}`)));
    count++;
  }
  const more = [
    counted(findings.length - count, "finding"),
    counted(warnings.length - Math.max(0, count - findings.length), "warning"),
  ].filter((text) => text !== "");
  if (more.length === 0) return shown;
  return [...shown, paint("dim", clip(`  and ${more.join(" and ")}: see the page or the JSON`, width))];
}

/** `3 more findings`; nothing where there are none. */
function counted(count: number, noun: string): string {
  return count <= 0 ? "" : `${count} more ${noun}${count === 1 ? "" : "s"}`;
}

/** The command that comes next, ready to be pasted; no lines where it would take too many. */
export function nextLines(next: readonly string[] | undefined, { width, paint }: TerminalLayout): string[] {
  const title = "next: ";
  // A control character can't be pasted, however it is shown.
  const isPlain = next?.every((word) => screenLine(word).replaceAll(filler, "") === word);
  const lines = isPlain ? commandLines(next!.map(screenLine), width, title.length) : [];
  if (lines.length > mostLines) return [];
  return lines.map((line, i) => (i === 0 ? paint("dim", title) + line : line));
}

/** One line, whatever its length. */
export function dimLine(text: string, { width, paint }: TerminalLayout): string {
  return paint("dim", clip(`  ${text}`, width));
}

export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
