import type { Tensor } from "../checkpoint/tensor.ts";

/** Segments, or their ends, that mark an average of the weights over training (EMA, SWA, Polyak). */
const MARK =
  /(?<=^|[._/])(model_ema|ema_model|ema_state_dict|state_dict_ema|ema_params|ema_weights|ema|module_ema|averaged?_model|avg_model|swa_model|shadow_params|polyak)(?=[./]|$)|(?<=[a-z\d])_(ema|swa|avg_model)(?=[./]|$)/;

/** What stands around a model's own names, and what an average's copy may lack. */
const WRAPPER =
  /^(?:module|_orig_mod|model|state_dict|model_state_dict|params|weights|online_model|ema_model|generator|net)(?=[./])[./]/;

/** Wrappers in each other that are taken off. */
const MOST_WRAPPERS = 4;

/**
 * Averages of weights that the checkpoint has as they are, too.
 *
 * A name that is marked as an average is a copy where a tensor of the same shape has the same name but for the mark,
 * wrappers and separators (latent diffusion takes the dots out).
 *
 * @param tensors - of one checkpoint.
 * @returns the name of the tensor that each copy is an average of.
 */
export function averagedCopies(tensors: readonly Tensor[]): Map<string, string> {
  const marked = tensors.filter(({ name }) => MARK.test(name));
  if (marked.length === 0 || marked.length === tensors.length) return new Map();
  const originals = new Map<string, string>();
  for (const { name, shape } of tensors) {
    if (!MARK.test(name)) for (const key of keysOf(name, shape)) originals.set(key, name);
  }
  const copies = new Map<string, string>();
  for (const { name, shape } of marked) {
    const own = name
      .replace(MARK, "")
      .replace(/^[._/]+/, "")
      .replace(/([./])[._/]+/g, "$1");
    const original = keysOf(own, shape)
      .map((key) => originals.get(key))
      .find((found) => found !== undefined);
    if (original !== undefined) copies.set(name, original);
  }
  return copies;
}

/** The name with none, one, ... of its wrappers, without separators, and the shape. */
function keysOf(name: string, shape: readonly number[]): string[] {
  const keys: string[] = [];
  for (let rest = name; keys.length <= MOST_WRAPPERS; ) {
    keys.push(`${rest.replace(/[._/]/g, "")} ${shape}`);
    const inner = rest.replace(WRAPPER, "");
    if (inner === rest) break;
    rest = inner;
  }
  return keys;
}
