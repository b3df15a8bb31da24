import { noiseQuantities } from "../../noise/quantities.ts";
import type { NoiseResult } from "../../noise/result.ts";
import { csvOf, inert } from "../csv.ts";
import { exactNumber } from "../format-number.ts";

/**
 * A result of gradient noise as CSV by RFC 4180: a row a layer of every checkpoint, a column a quantity, with its
 * standard error where it has one.
 *
 * @returns text with CRLF ends; numbers read back as the same doubles and null is an empty field.
 */
export function noiseCsv({ checkpoints }: NoiseResult): string {
  const facts = ["checkpoint", "step", "layer", "role", "block", "depth", "tail.verdict"];
  const heads = noiseQuantities.flatMap(({ id, standardError }) =>
    standardError ? [id, `${id}StandardError`] : [id],
  );
  const rows = checkpoints.flatMap(({ id, step, layers }) =>
    layers.map((layer) => [
      inert(id),
      exactNumber(step),
      inert(layer.layer),
      inert(layer.role ?? ""),
      inert(layer.block ?? ""),
      exactNumber(layer.depth),
      layer.tail?.verdict ?? "",
      ...noiseQuantities.flatMap(({ value, standardError }) =>
        standardError
          ? [exactNumber(value(layer)), exactNumber(standardError(layer))]
          : [exactNumber(value(layer))],
      ),
    ]),
  );
  return csvOf([[...facts, ...heads], ...rows]);
}
