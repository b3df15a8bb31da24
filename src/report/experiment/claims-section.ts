import type { ExperimentResult } from "../../experiments/result.ts";
import { exactNumber, formatNumber, missing } from "../format-number.ts";
import { dataTable } from "../page/data-table.ts";
import { breakable, type Html, heading, html, trusted } from "../page/html.ts";
import { claimVerdictText, type ExperimentClaim } from "./experiment-text.ts";
import { intervalStrip } from "./interval-strip.ts";

type ClaimNumber = ExperimentClaim["numbers"][number];

const digits = 4;
/** More numbers than these are folded. */
const unfolded = 8;

/** The colour of a verdict, which only repeats its mark and words. */
const tones: Readonly<Record<ExperimentClaim["verdict"], string>> = {
  holds: "holds",
  "does not hold here": "missed",
  undecided: "undecided",
};

/** A verdict on a claim as mark and words. */
export function claimBadge(verdict: ExperimentClaim["verdict"]): Html {
  const { mark, word } = claimVerdictText(verdict);
  return html`<span class="verdict ${tones[verdict]}"><span class="mark" aria-hidden="true">${mark}</span>${word}</span>`;
}

/** Every claim with its verdict, the numbers that it rests on, and where its line comes from. */
export function claimsSection({ claims, seeds }: ExperimentResult): Html {
  const items = claims.map(
    (
      claim,
    ) => html`<li><div class="claim">${claimBadge(claim.verdict)}<h3>${breakable(claim.statement)}</h3></div>
<p>${breakable(claim.evidence)}</p>
${claim.numbers.length > 0 && numbersPart(claim)}
<p class="quiet">Where the line comes from: ${breakable(claim.source)}.</p></li>
`,
  );
  const key =
    seeds.length > 1
      ? "Circles are seeds, the diamond their mean, the bar its 95 % interval; what the line allows is shaded. A claim holds where the whole interval keeps to the line, does not hold here where the whole interval misses it, and is undecided between."
      : "One seed gives no interval: what needs one stays undecided. The diamond is the seed's number; what the line allows is shaded.";
  return html`<section aria-labelledby="claims">
${heading(2, "claims", "Claims")}
${claims.length === 0 ? html`<p>Nothing is claimed of these runs: the tables show what they gave.</p>` : html`<p class="quiet">${key}</p>`}
<ul class="claims" aria-label="Claims">${items}</ul>
</section>`;
}

/** The table; of many numbers folded below how many of them keep to their lines. */
function numbersPart(claim: ExperimentClaim): Html {
  const { numbers } = claim;
  const table = numbersTable(claim);
  if (numbers.length <= unfolded) return table;
  const verdicts = [...new Set(numbers.map((number) => number.verdict))];
  const counts = verdicts.map((verdict) => {
    const count = numbers.filter((number) => number.verdict === verdict).length;
    return html`<li>${claimBadge(verdict)} ${count} of ${numbers.length} numbers</li>`;
  });
  return html`<ul class="legend">${counts}</ul><details class="data"><summary>Show the ${numbers.length} numbers</summary>${table}</details>`;
}

function numbersTable({ numbers, statement }: ExperimentClaim): Html {
  const rows = numbers.map((number) => [
    breakable(number.name),
    html`<strong>${formatNumber(number.mean, digits)}</strong>`,
    intervalText(number),
    lineText(number),
    intervalStrip(number),
    claimBadge(number.verdict),
    `${number.perSeed.filter((value) => value !== null).length} of ${number.perSeed.length}`,
  ]);
  return dataTable(
    `Numbers of the claim: ${statement}`,
    [
      { title: "number" },
      { title: "mean", isNumber: true },
      { title: "95 % interval", isNumber: true },
      { title: "line", isNumber: true },
      { title: "against the line" },
      { title: "verdict" },
      { title: "seeds", isNumber: true },
    ],
    rows,
  );
}

function intervalText({ low, high }: ClaimNumber): string {
  return low === null || high === null
    ? missing
    : `${formatNumber(low, digits)} to ${formatNumber(high, digits)}`;
}

function lineText({ atLeast, atMost }: ClaimNumber): Html | string {
  const ends = [
    ...(atLeast === null ? [] : [`≥ ${exactNumber(atLeast)}`]),
    ...(atMost === null ? [] : [`≤ ${exactNumber(atMost)}`]),
  ];
  return ends.length === 0
    ? missing
    : html`${ends[0]}${ends.length > 1 && html`${trusted("<br>")}${ends[1]}`}`;
}
