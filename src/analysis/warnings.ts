import { smallestBlock } from "../fits/aspect-ratio-comparable-alpha.ts";
import { fewestEigenvalues } from "../fits/fit-marchenko-pastur.ts";
import { floatFormats } from "../linalg/float-formats.ts";
import type { CheckpointResult, LayerResult } from "./result.ts";

const namedAtMost = 5;

/**
 * Why numbers of a result are null, or not to be trusted: one sentence a cause, naming the layers.
 *
 * @param comparableSide - of the blocks with --comparable-alpha.
 */
export function warningsOf(
  checkpoints: readonly CheckpointResult[],
  comparableSide: number | null = null,
): string[] {
  return checkpoints.flatMap(({ id, layers }) => {
    const analysed = layers.filter((layer) => layer.status === "analysed");
    const exact = analysed.filter((layer) => layer.spectrum?.exact);
    return [
      sentence(
        id,
        analysed.filter((layer) => !layer.spectrum?.exact),
        "spectra are estimates by Lanczos quadrature, with no fit, no test and no concentration",
      ),
      sentence(
        id,
        exact.filter((layer) => !layer.marchenkoPastur),
        `no Marchenko-Pastur fit, fewer than ${fewestEigenvalues} non-zero singular values`,
      ),
      sentence(
        id,
        analysed.filter((layer) => layer.marchenkoPastur && layer.marchenkoPastur.pValue === null),
        `the bulk is not tested, fewer than ${fewestEigenvalues} singular values are no outliers`,
      ),
      sentence(
        id,
        analysed.filter((layer) => layer.marchenkoPastur && layer.marchenkoPastur.spikesBelow === null),
        "outliers below the bulk not tested, structural zeros were left out of the fit",
      ),
      sentence(
        id,
        exact.filter((layer) => layer.concentration?.ratioNull === null),
        "no spectral concentration of noise, which is all below the rank tolerance of the stored dtype",
      ),
      sentence(
        id,
        analysed.filter(leavesRange),
        "eigenvalues, or their sum, are outside of the range of float64 and not given",
      ),
      sentence(
        id,
        analysed.filter(
          ({ spectrum, dtype }) => spectrum?.noiseFloor !== undefined && !Object.hasOwn(floatFormats, dtype),
        ),
        "entries are quantised, and singular values near spectrum.noiseFloor or below are noise of that",
      ),
      ...permutationWarnings(id, analysed),
      ...comparableWarnings(id, analysed, comparableSide),
    ].filter((warning) => warning !== null);
  });
}

/** Whether a number of a layer is null for its size alone. */
function leavesRange({ spectrum, marchenkoPastur, powerLaw, metrics }: LayerResult): boolean {
  const { lambdaMinus, lambdaPlus } = marchenkoPastur ?? { lambdaMinus: 0, lambdaPlus: 0 };
  const isTailLost = powerLaw !== null && powerLaw.alpha !== null && powerLaw.xmin === null;
  const isNormLost = metrics?.frobeniusNorm === null;
  return (
    lambdaMinus === null ||
    lambdaPlus === null ||
    isTailLost ||
    isNormLost ||
    spectrum?.quantiles.length === 0
  );
}

/** With --null permute. */
function permutationWarnings(id: string, layers: readonly LayerResult[]): (string | null)[] {
  const refused = layers.filter((layer) => layer.permutationNull === null);
  const shuffled = layers.filter((layer) => layer.permutationNull);
  const cause = "not compared with its entries in random order";
  return [
    sentence(
      id,
      refused.filter((layer) => !layer.spectrum?.exact),
      `${cause}, the spectrum is an estimate`,
    ),
    sentence(
      id,
      refused.filter((layer) => layer.spectrum?.exact),
      `${cause}, fewer than ${fewestEigenvalues} singular values`,
    ),
    sentence(
      id,
      shuffled.filter((layer) => layer.permutationNull!.fitted === 0),
      `no Marchenko-Pastur fit of its entries in random order, fewer than ${fewestEigenvalues} non-zero singular values in every shuffle`,
    ),
    sentence(
      id,
      shuffled.filter(
        ({ permutationNull: found }) => found!.fitted > 0 && found!.explainedSpikeCount === null,
      ),
      `no fit to compare with those of its entries in random order, fewer than ${fewestEigenvalues} non-zero singular values`,
    ),
  ];
}

/** With --comparable-alpha. */
function comparableWarnings(
  id: string,
  layers: readonly LayerResult[],
  side: number | null,
): (string | null)[] {
  if (side === null) return [];
  const without = layers.filter((layer) => layer.comparableAlpha === null);
  const exact = without.filter((layer) => layer.spectrum?.exact);
  const isSmall = ({ spectrum }: LayerResult) => spectrum!.count < side;
  const cause = `no exponent on blocks of ${side} x ${side}`;
  return [
    sentence(
      id,
      without.filter((layer) => !layer.spectrum?.exact),
      `${cause}, the spectrum is an estimate`,
    ),
    sentence(id, exact.filter(isSmall), `${cause}, which are larger than the layer`),
    sentence(
      id,
      exact.filter((layer) => !isSmall(layer)),
      `${cause}, none has ${smallestBlock} singular values above the rank tolerance, with an upper half not all equal`,
    ),
  ];
}

function sentence(checkpoint: string, layers: readonly LayerResult[], cause: string): string | null {
  if (layers.length === 0) return null;
  const named = layers.slice(0, namedAtMost).map((layer) => layer.layer);
  const more = layers.length > namedAtMost ? ` and ${layers.length - namedAtMost} more` : "";
  return `${checkpoint}: ${cause}: ${named.join(", ")}${more}`;
}
