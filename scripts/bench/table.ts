import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { limits } from "./acceptance.ts";

/** A comparison, as the measuring scripts print it: one line of JSON. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  /** Null when ours was measured alone. */
  readonly peer: string | null;
  readonly unit: "s" | "MB";
  /** Medians over the runs. */
  readonly oursValue: number;
  readonly peerValue: number | null;
  /** Ours over the peer's in each round. */
  readonly ratios: readonly number[];
  /** The fastest run of ours over the fastest of the peer's; absent where ours was measured alone or once. */
  readonly fastest?: number;
  readonly runs: number;
  /** Cores that other programs kept busy meanwhile; null where that is not known or makes no difference. */
  readonly others: number | null;
}

/** A line above the table: a version, the machine, the load. */
export interface Fact {
  readonly fact: string;
  readonly is: string;
}

/** Cores of others above which a row is no measurement: BLAS threads wait for one another, spinning. */
const mostOfOthers = 0.1;

/** Hands a row or a fact to the table: stdout is for nothing else. */
export function emit(line: Row | Fact): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function amount(value: number, unit: string): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

function rowCells(row: Row, atMost: number | null): string[] {
  const { what, ours, peer, unit, oursValue, peerValue, ratios, fastest, runs, others } = row;
  const disturbed = others !== null && others > mostOfOthers;
  const ratio = peerValue === null ? null : oursValue / peerValue;
  let result = "";
  if (atMost !== null && ratio !== null) {
    result = ratio <= atMost ? "met" : "missed";
    if (disturbed) result = `(${result})`;
  }
  return [
    what,
    ours,
    amount(oursValue, unit),
    peer ?? "",
    peerValue === null ? "" : amount(peerValue, unit),
    ratio === null ? "" : ratio.toFixed(2),
    ratios.length < 2 ? "" : `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
    fastest?.toFixed(2) ?? "",
    atMost === null ? "" : String(atMost),
    result,
    String(runs),
    others === null ? "" : others.toFixed(2),
  ];
}

/** The report: what is known of the machine, the promises in their order, then what else was measured. */
export function renderTable(lines: readonly (Row | Fact)[]): string {
  const facts = lines.filter((line): line is Fact => "fact" in line);
  const rows = lines.filter((line): line is Row => !("fact" in line));
  const head =
    "what|ours by|ours|peer|peer's|ratio|its range|fastest|at most|result|runs|others' cores".split("|");
  const cells: string[][] = [];
  const shown = new Set<Row>();
  for (const { what, peer, atMost } of limits) {
    const row = rows.find((each) => each.what === what && each.peer === peer);
    if (row) shown.add(row);
    if (row) cells.push(rowCells(row, atMost));
    else cells.push([what, "", "", peer, "", "", "", "", String(atMost), "not measured", "", ""]);
  }
  for (const row of rows) if (!shown.has(row)) cells.push(rowCells(row, null));
  const body = [head, head.map(() => "---"), ...cells].map((each) => `| ${each.join(" | ")} |`);
  const disturbed = rows.some(({ others }) => others !== null && others > mostOfOthers);
  return [
    ...facts.map(({ fact, is }) => `- ${fact}: ${is}`),
    "",
    ...body,
    "",
    "Medians; the range is of the ratios within a round, `fastest` is the fastest run of ours over the peer's: on a virtual",
    "machine two threads may share a core of the host for a while, which no counter here shows. A result in brackets is no measurement: other programs",
    `kept more than ${mostOfOthers} cores busy, and a BLAS whose threads are held up waits, spinning, many times as long.`,
    ...(disturbed ? ["**This machine was not quiet.**"] : []),
    "",
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const lines = readFileSync(process.argv[2]!, "utf8").split("\n").filter(Boolean);
  process.stdout.write(renderTable(lines.map((line) => JSON.parse(line) as Row | Fact)));
}
