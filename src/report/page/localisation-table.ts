import type { MarchenkoPasturResult, Spike } from "../../analysis/result.ts";
import { formatNumber, formatPValue } from "../format-number.ts";
import { type Html, html } from "./html.ts";

type Vectors = NonNullable<Spike["vectors"]>;

/** Largest coordinates, as "17 (42 %)". */
function coordinatesText({ coordinates }: Vectors["left"]): string {
  if (coordinates.length === 0) return "none stands out";
  return coordinates.map(({ index, share }) => `${index} (${formatNumber(100 * share, 2)} %)`).join(", ");
}

/**
 * On which coordinates the singular vectors of the outliers live.
 *
 * @returns the table; null where no vectors were asked for.
 */
export function localisationTable(fit: MarchenkoPasturResult): Html | null {
  const rows = [...fit.spikes, ...(fit.spikesBelow ?? [])].flatMap(({ singularValue, vectors }) => {
    if (!vectors) return [];
    const sides = [
      ["larger", vectors.left],
      ["smaller", vectors.right],
    ] as const;
    return sides.map(
      ([side, vector]) =>
        html`<tr><th scope="row" class="number">${formatNumber(singularValue, 4)}</th><td>${side}</td><td class="number">${formatNumber(vector.participationRatio)}</td><td class="number">${formatPValue(vector.porterThomasPValue)}</td><td>${coordinatesText(vector)}</td></tr>`,
    );
  });
  if (rows.length === 0) return null;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Singular vectors of the outliers"><table>
<caption>Singular vectors of the outliers: how many coordinates carry them (a random vector of length n: n / 3), and which</caption>
<thead><tr><th scope="col" class="number">singular value</th><th scope="col">side</th><th scope="col" class="number">participation ratio</th><th scope="col" class="number">p, Porter-Thomas</th><th scope="col">coordinates (share)</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
