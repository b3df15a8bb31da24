import type { MarchenkoPasturResult, SpectrumSummary } from "../../analysis/result.ts";
import { marchenkoPastur } from "../../laws/marchenko-pastur.ts";
import { formatNumber } from "../format-number.ts";
import { type Html, html } from "./html.ts";

/** Every 32nd of the 257 stored quantiles: 9 rows. */
const stride = 32;

/**
 * The data of a density chart as a folded table: quantiles of the eigenvalues beside those of the
 * fitted law, and how the spectrum was computed.
 */
export function quantileTable(spectrum: SpectrumSummary, fit: MarchenkoPasturResult | null): Html {
  const law = fit === null ? null : marchenkoPastur(fit.aspectRatio, fit.scale);
  const last = spectrum.quantiles.length - 1;
  const rows = spectrum.quantiles.flatMap((value, i) => {
    if (i % stride !== 0 && i !== last) return [];
    const share = i / Math.max(1, last);
    const expected = law === null ? null : law.quantile(share);
    return [
      html`<tr><th>${formatNumber(100 * share, 4)} %</th><td>${formatNumber(value, 4)}</td><td>${formatNumber(expected, 4)}</td></tr>`,
    ];
  });
  const bound = spectrum.relativeErrorBound;
  const method = [
    `${spectrum.count} singular values of the ${spectrum.rows}×${spectrum.columns} matrix by the method "${spectrum.method}"`,
    spectrum.exact ? "exact" : "an estimate",
    ...(bound === null ? [] : [`largest relative error ${formatNumber(bound, 2)}`]),
  ];
  return html`<details class="data"><summary>Show data</summary>
<p class="quiet">${method.join(", ")}. The law's column is for all eigenvalues; outliers are not taken out of it.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Quantiles of the eigenvalues"><table class="narrow numeric"><thead><tr><th>share below</th><th>eigenvalue</th><th>fitted law</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
