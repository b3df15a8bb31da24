import { CONFIG_BYTES } from "./limits.ts";

/** What a model's own description says of a layer. */
export interface KerasLayer {
  /** Its class, such as `Conv2DTranspose`. */
  readonly kind: string;
  /** The equation of an `EinsumDense`; null of others. */
  readonly equation: string | null;
}

/** Values of a description that are looked at: it only helps. */
const MOST_VALUES = 1 << 20;

/**
 * The layers of a model's description (`model_config`, `config.json`), by their names.
 *
 * @param text - JSON of any form.
 * @returns those whose name no other class has; empty where there is no description, or none that can be read.
 * @source keras, src/saving/serialization_lib.py: objects are `{ class_name, config: { name, ... } }`.
 */
export function kerasLayers(text: string): Map<string, KerasLayer> {
  try {
    return text.length > CONFIG_BYTES ? new Map() : layersIn(JSON.parse(text));
  } catch (error) {
    // Weights are read without it as well as with it.
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}

/** The same of a description that is parsed. */
export function layersIn(description: unknown): Map<string, KerasLayer> {
  const layers = new Map<string, KerasLayer>();
  const ambiguous = new Set<string>();
  const rest: unknown[] = [description];
  for (let seen = 0; rest.length > 0 && seen < MOST_VALUES; seen++) {
    const value = rest.pop();
    if (typeof value !== "object" || value === null) continue;
    for (const inner of Object.values(value)) rest.push(inner);
    const named = namedLayer(value as Record<string, unknown>);
    if (!named) continue;
    const [name, layer] = named;
    const before = layers.get(name);
    if (before && before.kind !== layer.kind) ambiguous.add(name);
    layers.set(name, layer);
  }
  for (const name of ambiguous) layers.delete(name);
  return layers;
}

/** A layer by its name; of a wrapper (`TimeDistributed`, `Bidirectional`) what it wraps. */
function namedLayer({ class_name: kind, config }: Record<string, unknown>): [string, KerasLayer] | null {
  if (typeof kind !== "string" || typeof config !== "object" || config === null) return null;
  const { name, equation, layer } = config as Record<string, unknown>;
  if (typeof name !== "string") return null;
  const inner = typeof layer === "object" && layer !== null ? (layer as Record<string, unknown>) : null;
  const wrapped = typeof inner?.class_name === "string" ? inner.class_name : kind;
  return [name, { kind: wrapped, equation: typeof equation === "string" ? equation : null }];
}
