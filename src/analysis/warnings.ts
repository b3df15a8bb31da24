import { fewestEigenvalues } from "../fits/fit-marchenko-pastur.ts";
import type { CheckpointResult, LayerResult } from "./result.ts";

const namedAtMost = 5;

/** Why numbers of a result are null: one sentence a cause, naming the layers. */
export function warningsOf(checkpoints: readonly CheckpointResult[]): string[] {
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

function sentence(checkpoint: string, layers: readonly LayerResult[], cause: string): string | null {
  if (layers.length === 0) return null;
  const named = layers.slice(0, namedAtMost).map((layer) => layer.layer);
  const more = layers.length > namedAtMost ? ` and ${layers.length - namedAtMost} more` : "";
  return `${checkpoint}: ${cause}: ${named.join(", ")}${more}`;
}
