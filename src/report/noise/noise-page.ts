import type { NoiseResult } from "../../noise/result.ts";
import { formatCount } from "../format-number.ts";
import { checkpointsTitle } from "../page/checkpoints-title.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";
import { pageDocument } from "../page/page-document.ts";
import { reproductionSection, warningsSection } from "../page/reproduction-section.ts";
import { resultHeader } from "../page/result-header.ts";
import { anisotropySection } from "./anisotropy-section.ts";
import { boundsSection } from "./bounds-section.ts";
import { noiseLead } from "./noise-lead.ts";
import { shownCheckpoint } from "./noise-words.ts";
import { spectraSection } from "./spectra-section.ts";
import { tailSection } from "./tail-section.ts";
import { noiseTrainingSection } from "./training-section.ts";

/**
 * Gradient noise as one HTML page that stands alone: how large it is and which law it follows, then each layer's spectra
 * with the laws over them, anisotropy, tails with their doubt, and the bound curves of the authors' code.
 *
 * @param result - of a measurement of noise; its texts may be hostile.
 * @returns the page; the same result gives the same bytes, whatever `provenance.run` says.
 */
export async function noisePage(result: NoiseResult): Promise<string> {
  const checkpoint = shownCheckpoint(result);
  const layers = checkpoint?.layers ?? [];
  const sections: readonly { readonly id: string; readonly title: string; readonly content: Html | null }[] =
    [
      { id: "spectra", title: "Spectra of the noise", content: await spectraSection(layers) },
      { id: "training", title: "Over training", content: await noiseTrainingSection(result, layers) },
      { id: "anisotropy", title: "Anisotropy", content: await anisotropySection(layers) },
      { id: "tails", title: "Tails", content: tailSection(layers) },
      { id: "bounds", title: "Bound curves", content: await boundsSection(result, layers) },
      { id: "missing", title: "What is missing", content: missingSection(layers) },
      { id: "warnings", title: "Warnings", content: warningsSection(result) },
      { id: "glossary", title: "Reading this page", content: glossary() },
      { id: "reproduction", title: "Reproduction", content: reproductionSection(result) },
    ];
  const present = sections.filter((section) => section.content !== null);
  const title = checkpointsTitle(result.checkpoints);
  const size =
    checkpoint === undefined
      ? []
      : [
          `${checkpoint.part} part`,
          `${formatCount(checkpoint.batches)} batches of ${formatCount(checkpoint.batchSize)}, ${formatCount(checkpoint.heldOutBatches)} held out`,
        ];
  const header = resultHeader({
    kind: ["gradient noise", ...size].join(" · "),
    version: result.provenance.version,
    title,
    lead: noiseLead(result),
    links: present,
  });
  return pageDocument(
    title,
    header,
    present.map((section) => html`${section.content}\n`),
  );
}

type Layers = Parameters<typeof spectraSection>[0];

/** Which numbers are null and why; null where none is. */
function missingSection(layers: Layers): Html | null {
  const items = layers.flatMap(({ layer, reasons }) =>
    Object.entries(reasons).map(
      ([path, reason]) =>
        html`<li><span class="name">${breakable(layer)}</span>: <span class="name">${breakable(path)}</span>, ${breakable(reason)}</li>`,
    ),
  );
  if (items.length === 0) return null;
  return html`<section aria-labelledby="missing">
${heading(2, "missing", "What is missing, and why")}
<ul class="prose">${items}</ul>
</section>`;
}

const terms: readonly (readonly [string, string])[] = [
  [
    "Noise matrix",
    "the gradient of a batch less the mean over all batches, at weights that stay as they are.",
  ],
  [
    "Marchenko-Pastur law",
    "the eigenvalues of a matrix of independent entries of one size. Accumulated noise follows it where inputs and gradients are isotropic and the samples many.",
  ],
  [
    "Product law",
    "the eigenvalues of a sum of N outer products of independent isotropic vectors: Marchenko-Pastur as N grows.",
  ],
  [
    "Separable law",
    "a matrix of independent entries between the roots of two covariances. Here these are of inputs and of output gradients, over batches whose noise it isn't.",
  ],
  [
    "Whitened",
    "the noise between the inverse roots of these covariances: Marchenko-Pastur, where they explain all of its shape.",
  ],
  [
    "KS distance and p",
    "the largest difference of two cumulative distributions, and the share of simulated matrices of the law that lie as far from it.",
  ],
  ["Noise over signal", "root mean square norm of a batch's noise over the norm of the mean gradient."],
];

function glossary(): Html {
  return html`<section aria-labelledby="glossary">
${heading(2, "glossary", "Reading this page")}
<dl class="glossary">${terms.map(([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>
</section>`;
}
