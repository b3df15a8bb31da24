import { NOT_ASKED } from "./blank-fields.ts";
import type { MeasuredCheckpoint } from "./result.ts";

/** Layers that a warning names at most. */
const namedAtMost = 5;

/** Why numbers of a result are null: for each checkpoint and part a sentence of the whole, and one for layers alike. */
export function measurementWarnings(checkpoints: readonly MeasuredCheckpoint[]): string[] {
  return checkpoints.flatMap(({ id, part, layers, reasons }) => {
    const where = `${id}, ${part}`;
    const whole = Object.entries(reasons).flatMap(([field, reason]) =>
      reason === NOT_ASKED ? [] : [`${where}: ${field} is null, since ${reason}`],
    );
    const alike = new Map<string, string[]>();
    for (const { layer, reasons: own } of layers) {
      const why = Array.from(new Set(Object.values(own)))
        .filter((reason) => reason !== NOT_ASKED)
        .join("; ");
      if (why !== "") alike.set(why, [...(alike.get(why) ?? []), layer]);
    }
    const inLayers = Array.from(alike, ([why, names]) => {
      const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : "";
      return `${where}: some numbers of ${names.slice(0, namedAtMost).join(", ")}${more} are null: ${why}`;
    });
    return [...whole, ...inLayers];
  });
}
