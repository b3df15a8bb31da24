import type { CheckpointView } from "./checkpoint-view.ts";
import { type Html, html } from "./html.ts";

/**
 * The attribute that makes a section a landmark named by its heading. On a page of several models
 * only the models are landmarks: many of the same name would help nobody find a way.
 */
export function landmark(view: CheckpointView, headingId: string): Html | null {
  return view.level === 2 ? html` aria-labelledby="${headingId}"` : null;
}
