import type { LayerResult, Spike } from "./result.ts";

/**
 * Corrects the p-values of spikes for the number of layers tested: the second pass over a checkpoint.
 *
 *     p_adjusted = min(1, p * layers tested)
 *
 * @source Bonferroni correction; the family is the layers of one checkpoint that have a fit.
 */
export function adjustSpikes(layers: readonly LayerResult[]): LayerResult[] {
  const tested = layers.filter((layer) => layer.marchenkoPastur).length;
  const adjust = (spike: Spike): Spike => ({ ...spike, pValueAdjusted: Math.min(1, spike.pValue * tested) });
  return layers.map((layer) => {
    const fit = layer.marchenkoPastur;
    if (!fit) return layer;
    return {
      ...layer,
      marchenkoPastur: {
        ...fit,
        spikes: fit.spikes.map(adjust),
        spikesBelow: fit.spikesBelow?.map(adjust) ?? null,
      },
    };
  });
}
