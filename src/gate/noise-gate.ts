import { noiseQuantities } from "../noise/quantities.ts";
import type { NoiseResult } from "../noise/result.ts";
import type { Gateable } from "./gateable.ts";

/** Numbers of gradient noise, a matrix and a law in it by their names. */
export const noiseGate: Gateable<NoiseResult> = {
  type: "noise",
  metrics: () => noiseQuantities.map(({ id }) => id),
  subjects: ({ checkpoints }) =>
    checkpoints.flatMap(({ id, step, path, layers }) =>
      layers.map((layer) => ({
        checkpoint: id,
        step,
        path,
        layer: layer.layer,
        part: null,
        likeness: `shape [${layer.shape.join(", ")}]`,
        missing: null,
        read(metric: string) {
          const value = noiseQuantities.find((each) => each.id === metric)?.value(layer) ?? null;
          return { value, doubt: value === null ? (layer.reasons[metric] ?? "null") : null };
        },
      })),
    ),
};
