import { NOT_ASKED } from "./blank-fields.ts";
import type { MeasuredCheckpoint } from "./result.ts";

/** Layers that a warning names at most. */
const namedAtMost = 5;

/** Why numbers of a result are null: a sentence for each checkpoint, part and reason, with the layers. */
export function measurementWarnings(checkpoints: readonly MeasuredCheckpoint[]): string[] {
  return checkpoints.flatMap(({ id, part, layers, reasons }) => {
    const where = `${id}, ${part}`;
    const whole = grouped(Object.entries(reasons)).map(
      ([reason, fields]) => `${where}: ${fields.join(", ")} null, since ${reason}`,
    );
    const ofLayers = layers.flatMap(({ layer, reasons: own }) =>
      grouped(Object.entries(own)).map(([reason]) => [layer, reason] as const),
    );
    const inLayers = grouped(ofLayers).map(([reason, names]) => {
      const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : "";
      return `${where}: some numbers of ${names.slice(0, namedAtMost).join(", ")}${more} are null, since ${reason}`;
    });
    return [...whole, ...inLayers];
  });
}

/** Names by what is said of them, without what nobody asked for. */
function grouped(entries: readonly (readonly [name: string, reason: string])[]): [string, string[]][] {
  const names = new Map<string, string[]>();
  for (const [name, reason] of entries) {
    if (reason === NOT_ASKED) continue;
    const known = names.get(reason);
    if (known) known.push(name);
    else names.set(reason, [name]);
  }
  return Array.from(names);
}
