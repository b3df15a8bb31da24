import type { Layer } from "../layers/layer.ts";
import { type FloatFormatName, floatFormats } from "../linalg/float-formats.ts";

/** The float format of a layer's entries: what is no float itself, quantised entries, is decoded to one. */
export function entryFormat({ dtype }: Pick<Layer, "dtype">): FloatFormatName {
  return Object.hasOwn(floatFormats, dtype) ? (dtype as FloatFormatName) : "F32";
}
