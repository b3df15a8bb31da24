import { averageOf } from "./average.ts";
import { blankLayer, blankModel, putPiece } from "./blank-fields.ts";
import type { Chosen } from "./groups.ts";
import type { MeasuredPart } from "./measured-part.ts";
import { runMeters } from "./meters/run-meters.ts";
import type { MeasuredCheckpoint, MeasuredLayer } from "./result.ts";

/** Where a block of the model is in a checkpoint. */
export type PlacedLayer = Pick<
  MeasuredLayer,
  "layer" | "value" | "role" | "block" | "depth" | "shape" | "activation"
>;

/** What was measured on a part; of whom, the caller knows. */
export type MeasuredOnPart = Omit<MeasuredCheckpoint, "id" | "step" | "epoch" | "path">;

/** Who looks on, and who may end it. */
export interface MeasureWatch {
  /** Ends it between two runs of a program, by throwing its reason. */
  readonly signal?: AbortSignal | undefined;
  /** @param share - of the work that is done, in [0, 1]. @param title - of what is being measured. */
  readonly onProgress?: ((share: number, title: string) => void) | undefined;
}

/**
 * Measures a frozen model on one part of its data: the meters in one run, then each measurement.
 *
 * @param placed - one for each block of the model.
 */
export async function measurePart(
  part: MeasuredPart,
  placed: readonly PlacedLayer[],
  chosen: Chosen,
  { signal, onProgress }: MeasureWatch = {},
): Promise<MeasuredOnPart> {
  const works = 1 + chosen.measurements.length;
  const watch = (work: number, title: string) => ({
    signal,
    onProgress: (share: number) => onProgress?.((work + share) / works, title),
  });
  const run = await runMeters(part, chosen.meters, watch(0, "meters"));
  const { taps, blocks } = part.traced;
  const layers = blocks.map(({ tap }, i) => {
    const { fields, reasons } = blankLayer(chosen);
    const [, tokens, inputs] = taps.get(`${tap}.input`)!.shape;
    const neurons = taps.get(`${tap}.preActivation`)!.shape[2];
    Object.assign(fields, run.layers[i]!.piece);
    Object.assign(reasons, run.layers[i]!.reasons);
    return { fields: { ...placed[i], tokens, inputs, neurons, ...fields }, reasons };
  });
  const model = blankModel(chosen);
  for (const [i, { measurement, settings }] of chosen.measurements.entries()) {
    signal?.throwIfAborted();
    const { id, title } = measurement;
    const found = layers.map(({ fields }) => fields);
    const measured = await measurement.run(part, { settings, found, ...watch(i + 1, title) });
    if (measurement.layer) {
      for (const [place, layer] of layers.entries()) putPiece(layer, id, measured.layers[place]!);
    }
    if (measurement.model && measured.model) putPiece(model, id, measured.model);
  }
  // What the catalogues' schemas describe is made of the catalogues' pieces: a test parses results by the schema.
  const all = layers.map(({ fields, reasons }) => ({ ...fields, reasons }) as unknown as MeasuredLayer);
  const reasons = Object.entries(model.reasons).map(([path, why]) => [`wholeModel.${path}`, why]);
  return {
    part: part.part,
    examples: run.examples,
    ...run.whole,
    wholeModel: model.fields as MeasuredCheckpoint["wholeModel"],
    layers: all,
    average: averageOf(all),
    reasons: { ...run.reasons, ...Object.fromEntries(reasons) },
  };
}
