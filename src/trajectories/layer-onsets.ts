import { rejectionLevel } from "../analysis/judge.ts";
import type { CheckpointResult, LayerResult } from "../analysis/result.ts";
import type { LayerOnset, MeasuredTrajectory, Onset } from "../analysis/trajectory-schemas.ts";
import { halfway, onset, onsetOf } from "./onset.ts";

/** What can be said of a layer at one checkpoint; null where nothing can. */
type Sign = (layer: LayerResult) => boolean | null;

/** When the spectrum of a layer leaves noise: the verdict, the bulk, and what stands out of it. */
const signs: Readonly<Record<string, Sign>> = {
  "not-noise-like": ({ verdict }) =>
    verdict === null || verdict === "undetermined" ? null : verdict !== "noise-like",
  "bulk-not-marchenko-pastur": ({ marchenkoPastur }) =>
    marchenkoPastur?.pValue == null ? null : marchenkoPastur.pValue <= rejectionLevel,
  spikes: ({ marchenkoPastur }) =>
    marchenkoPastur === null ? null : (marchenkoPastur.spikes[0]?.pValue ?? 1) <= rejectionLevel,
};

/** Of a trajectory of the activated ratio, with its errors where it has them. */
const ofActivatedRatio: Readonly<Record<string, (trajectory: MeasuredTrajectory) => Onset>> = {
  "activated-ratio-falls": ({ steps, values }) =>
    onset(steps, values.activatedRatio!, values.activatedRatioStandardError ?? null, { direction: "down" }),
  "activated-ratio-halfway": ({ steps, values }) =>
    halfway(steps, values.activatedRatio!, values.activatedRatioStandardError ?? null),
};

/**
 * When each layer's spectrum leaves the Marchenko-Pastur law, and when sparsity appears, for good.
 *
 * @param checkpoints - of a series, in order. @param steps - of each. @param measured - on data, over the same run.
 */
export function layerOnsets(
  checkpoints: readonly CheckpointResult[],
  steps: readonly number[],
  measured: readonly MeasuredTrajectory[],
): LayerOnset[] {
  const byName = checkpoints.map(({ layers }) => new Map(layers.map((layer) => [layer.layer, layer])));
  const names = new Set(byName.flatMap((layers) => Array.from(layers.values(), analysedName).flat()));
  const ofSpectra = Array.from(names, (name) =>
    Object.entries(signs).map(([event, sign]): LayerOnset => {
      const holds = byName.map((layers) => {
        const layer = layers.get(name);
        return layer?.status === "analysed" ? sign(layer) : null;
      });
      return { layer: name, part: null, event, ...onsetOf(steps, holds) };
    }),
  );
  const ofData = measured
    .filter(({ values }) => values.activatedRatio !== undefined)
    .map((trajectory) =>
      Object.entries(ofActivatedRatio).map(
        ([event, find]): LayerOnset => ({
          layer: trajectory.layer,
          part: trajectory.part,
          event,
          ...find(trajectory),
        }),
      ),
    );
  return [...ofSpectra, ...ofData].flat();
}

function analysedName({ layer, status }: LayerResult): string[] {
  return status === "analysed" ? [layer] : [];
}
