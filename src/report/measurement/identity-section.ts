import type { MeasuredCheckpoint, MeasuredLayer } from "../../measure/result.ts";
import { formatNumber } from "../format-number.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { blockName, partName, valueWithError } from "./measured-view.ts";
import { numberCell } from "./number-cell.ts";

const columns: readonly { readonly id: string; readonly title: string }[] = [
  { id: "activatedRatio", title: "activated ratio" },
  { id: "augmentedFlatness.identityRatio", title: "AF_K / (T n C₀)" },
  { id: "augmentedFlatness.activeSquaredDerivative", title: "weighted γ² of active neurons" },
  { id: "augmentedFlatness.key", title: "AF_K" },
  { id: "augmentedFlatness.l0Coefficient", title: "C₀" },
];

/** How augmented flatness gives the activated ratio; null where no block has the numbers. */
export function identitySection(shown: readonly MeasuredCheckpoint[]): Html | null {
  const [checkpoint] = shown;
  if (checkpoint === undefined) return null;
  const known = checkpoint.layers.filter((layer) => residualOf(layer) !== null);
  if (known.length === 0) return null;
  const rows = checkpoint.layers.map((layer) => [
    blockName(layer),
    ...columns.map(({ id }) => numberCell(layer, id)),
    residualOf(layer) === null
      ? numberCell(layer, "augmentedFlatness.identityRatio")
      : formatNumber(residualOf(layer), 2),
  ]);
  const heads = [
    { title: "block" },
    ...columns.map(({ title }) => ({ title, isNumber: true })),
    { title: "ratio − product", isNumber: true },
  ];
  return html`<section aria-labelledby="identity">
${heading(2, "identity", "Sparsity is flatness over two factors")}
<p>Augmented flatness of the keys over T n C₀ is the activated ratio times the mean of γ² that gradients and inputs weigh: exactly so for any activation function whose derivative γ is 0 off its active part, and for a ReLU, whose γ is 1 on it, the ratio itself. ${identitySentence(known, partName(checkpoint))}</p>
${dataTable("The identity, block by block", heads, rows)}
<p class="quiet">C₀ is what one active neuron costs in flatness, E[g²‖x‖²] over active entries; T tokens, n neurons. That sparsity is flatness over a coefficient is of Peng et al. 2026, arXiv 2605.25612, abstract; the factor γ² is arithmetic.</p>
</section>`;
}

/** AF_K / (T n C0) less activated ratio times weighted gamma^2: rounding, where nothing is wrong. */
function residualOf(layer: MeasuredLayer): number | null {
  const ratio = valueWithError(layer, "augmentedFlatness.identityRatio");
  const active = valueWithError(layer, "activatedRatio");
  const slope = valueWithError(layer, "augmentedFlatness.activeSquaredDerivative");
  return ratio === null || active === null || slope === null
    ? null
    : ratio.value - active.value * slope.value;
}

function identitySentence(layers: readonly MeasuredLayer[], part: string): string {
  const largest = Math.max(...layers.map((layer) => Math.abs(residualOf(layer)!)));
  const factors = layers.map((layer) => valueWithError(layer, "augmentedFlatness.activeSquaredDerivative")!);
  const isOne = factors.every(({ value }) => Math.abs(value - 1) < 1e-3);
  const factor = isOne
    ? "the factor is 1 in every block"
    : `the factor goes from ${formatNumber(Math.min(...factors.map(({ value }) => value)))} to ${formatNumber(Math.max(...factors.map(({ value }) => value)))}: an active neuron costs that much more flatness than one of a ReLU`;
  return `Here, on the ${part} part, ${factor}, and ${largest === 0 ? "both sides are the same to the last digit" : `both sides differ by ${formatNumber(largest, 2)} at most`}.`;
}
