import { layerQuantities, measuredValue, modelQuantities, wholeNumbers } from "../measure/average.ts";
import type { MeasurementResult } from "../measure/result.ts";
import type { Gateable, GateSubject, Reading } from "./gateable.ts";

/** Stands for the layer where a number is of the whole model. */
const wholeModel = "model";

/** Numbers of MLP blocks, and of the whole model under the name "model". */
export const measurementGate: Gateable<MeasurementResult> = {
  type: "measurement",
  metrics: () => {
    const ids = [...layerQuantities, ...modelQuantities].map(({ id }) => id);
    return [...new Set([...ids.flatMap((id) => [id, `${id}StandardError`]), ...wholeNumbers])];
  },
  subjects: ({ checkpoints }) =>
    checkpoints.flatMap((checkpoint) => {
      const { id, step, path, part, layers, reasons } = checkpoint;
      const subject = (layer: string, likeness: string, values: object, why: Record<string, string>) => ({
        checkpoint: id,
        step,
        path,
        layer,
        part,
        likeness,
        missing: null,
        read: (metric: string) => readingOf(values, metric, why),
      });
      return [
        ...layers.map((layer) =>
          subject(layer.layer, `shape [${layer.shape.join(", ")}]`, layer, layer.reasons),
        ),
        subject(wholeModel, "", { ...checkpoint, ...checkpoint.wholeModel }, reasons),
      ] satisfies GateSubject[];
    }),
};

/** The reason of an object stands for all that would be in it. */
function readingOf(values: object, id: string, reasons: Readonly<Record<string, string>>): Reading {
  const value = measuredValue(values, id);
  if (value !== null) return { value, doubt: null };
  const path = id.split(".");
  const known = path
    .map((_, i) => path.slice(0, i + 1).join("."))
    .find((each) => Object.hasOwn(reasons, each));
  return { value, doubt: known === undefined ? "not measured" : reasons[known]! };
}
