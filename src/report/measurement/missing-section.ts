import type { MeasuredCheckpoint } from "../../measure/result.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";
import { blockName, partName } from "./measured-view.ts";

/** Paths and blocks that an item names at most. */
const namedAtMost = 8;

/** Which numbers are null and why, the same reason once; null where nothing is missing. */
export function missingSection(shown: readonly MeasuredCheckpoint[]): Html | null {
  const found = new Map<string, { paths: Set<string>; places: Set<string> }>();
  const note = (reason: string, path: string, place: string) => {
    const entry = found.get(reason) ?? { paths: new Set(), places: new Set() };
    entry.paths.add(path);
    entry.places.add(place);
    found.set(reason, entry);
  };
  for (const checkpoint of shown) {
    const part = `${partName(checkpoint)} part`;
    for (const [path, reason] of Object.entries(checkpoint.reasons))
      note(reason, path, `whole model, ${part}`);
    for (const layer of checkpoint.layers) {
      for (const [path, reason] of Object.entries(layer.reasons))
        note(reason, path, `${blockName(layer)}, ${part}`);
    }
  }
  if (found.size === 0) return null;
  const items = [...found].map(
    ([reason, { paths, places }]) =>
      html`<li>${breakable(reason)}: <span class="name">${breakable(list(paths))}</span> <span class="at">(${breakable(list(places))})</span></li>`,
  );
  return html`<section aria-labelledby="missing">
${heading(2, "missing", "What is missing, and why")}
<ul class="prose">${items}</ul>
</section>`;
}

function list(names: ReadonlySet<string>): string {
  const all = [...names];
  const more = all.length > namedAtMost ? ` and ${all.length - namedAtMost} more` : "";
  return `${all.slice(0, namedAtMost).join(", ")}${more}`;
}
