import { layerQuantities, measuredValue, modelQuantities, wholeNumbers } from "../../measure/average.ts";
import type { MeasurementResult } from "../../measure/result.ts";
import { csvOf, inert } from "../csv.ts";
import { exactNumber } from "../format-number.ts";

/**
 * A measurement as CSV by RFC 4180: a row for each block of each checkpoint and part, every number by its path with its
 * standard error behind it; what is of the whole model is on each of its rows, under `wholeModel.` but for loss and accuracy.
 *
 * @returns text with CRLF ends; numbers read back as the same doubles and null is an empty field. Texts are made inert.
 */
export function measurementCsv({ checkpoints }: MeasurementResult): string {
  const ids = layerQuantities.map(({ id }) => id);
  const facts = ["checkpoint", "step", "epoch", "part", "examples", "layer", "role", "block", "depth"];
  const whole = [...wholeNumbers, ...modelQuantities.map(({ id }) => `wholeModel.${id}`)];
  const rows = [[...facts, ...withErrors(whole), ...withErrors(ids)]];
  for (const checkpoint of checkpoints) {
    const { id, step, epoch, part, examples } = checkpoint;
    for (const row of checkpoint.layers) {
      const { layer, role, block, depth } = row;
      rows.push([
        inert(id),
        exactNumber(step),
        exactNumber(epoch),
        part,
        exactNumber(examples),
        inert(layer),
        inert(role ?? ""),
        inert(block ?? ""),
        exactNumber(depth),
        ...withErrors(whole).map((path) => exactNumber(measuredValue(checkpoint, path))),
        ...withErrors(ids).map((path) => exactNumber(measuredValue(row, path))),
      ]);
    }
  }
  return csvOf(rows);
}

function withErrors(ids: readonly string[]): string[] {
  return ids.flatMap((id) => [id, `${id}StandardError`]);
}
