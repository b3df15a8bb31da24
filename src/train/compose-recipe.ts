import { similarNames } from "../checkpoint/nearest-names.ts";
import { UsageError } from "../errors.ts";
import { parseRecipe, type Recipe } from "./recipe.ts";

/** A part of a recipe, or a value in it. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** What a recipe is put together of. */
export interface RecipeSources {
  /** Recipes that others extend, by name. */
  readonly presets: ReadonlyMap<string, unknown>;
  /** `dotted.key=json`, in the order in which they apply. */
  readonly set?: readonly string[];
  readonly seed?: number;
}

/** One recipe extends another, and that one another, at most so often: a circle ends here. */
const MOST_ANCESTORS = 16;

/** Objects and lists within each other: no recipe has as many, and deeper ones would use up the stack. */
const DEEPEST = 32;

/**
 * The whole recipe that one stands for, which may state only what differs from the one it `extends`.
 *
 * Objects are merged member by member. Where a part names something else than its ancestor's (another optimiser), it
 * takes its place whole; a member null removes the ancestor's, or is the value itself where the part knows null for one
 * (`zerothBias.clip`).
 *
 * @param given - what was written: an object.
 * @throws {UsageError} If it is no recipe, or a `--set` is wrong.
 */
export function composeRecipe(given: unknown, { presets, set = [], seed }: RecipeSources): Recipe {
  requirePlain(given, 0);
  let whole = extended(given, presets, 0);
  for (const each of set) whole = withSetting(whole, each);
  if (seed !== undefined) whole = { ...whole, seed };
  return parseRecipe(whole);
}

function extended(given: unknown, presets: ReadonlyMap<string, unknown>, depth: number): JsonObject {
  if (!isObject(given)) {
    throw new UsageError(
      `a recipe is an object of JSON, such as { "name": ..., "data": ... }; got ${kindOf(given)}.`,
    );
  }
  const { extends: parent, ...own } = given;
  if (parent === undefined) return own;
  const base = typeof parent === "string" ? presets.get(parent) : undefined;
  if (base === undefined) throw unknownPreset(`extends`, String(parent), presets);
  if (depth === MOST_ANCESTORS)
    throw new UsageError(`extends: ${String(parent)} extends itself through others.`);
  const { description, ...inherited } = extended(base, presets, depth + 1);
  // What another recipe is called is described by itself.
  return merged(own.name === undefined ? { ...inherited, description } : inherited, own);
}

/** The error for a name that no preset has. @param what - where the name was given. */
export function unknownPreset(what: string, name: string, presets: ReadonlyMap<string, unknown>): UsageError {
  const near = similarNames(name, Array.from(presets.keys()));
  const hint = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
  return new UsageError(
    `${what}: expected the name of a recipe (${Array.from(presets.keys()).join(", ")}), got ${JSON.stringify(name)}.${hint}`,
  );
}

type JsonObject = { readonly [key: string]: Json | undefined };

function merged(base: JsonObject, own: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const known = base[key];
    result[key] =
      isObject(known) && isObject(value) && isSameThing(known, value) ? merged(known, value) : value;
  }
  return result;
}

/** Whether two parts don't name different things. */
function isSameThing(base: JsonObject, own: JsonObject): boolean {
  return ["name", "kind"].every((key) => own[key] === undefined || own[key] === base[key]);
}

function withSetting(recipe: JsonObject, setting: string): JsonObject {
  const equals = setting.indexOf("=");
  const path = setting.slice(0, equals).split(".");
  if (equals < 1 || path.some((key) => !/^[A-Za-z]\w*$/.test(key))) {
    throw new UsageError(
      `--set: expected dotted.key=json, such as optimizer.learningRate=0.01; got ${setting}`,
    );
  }
  const text = setting.slice(equals + 1);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // A word needs no quotes: a shell would take them off.
    if (!/^[\w./-]+$/.test(text)) {
      throw new UsageError(
        `--set ${path.join(".")}: expected JSON or a word, got ${text || "nothing"}. Write text with spaces in both quotes: --set '${path.join(".")}="two words"'`,
      );
    }
    value = text;
  }
  requirePlain(value, path.length);
  const nested = path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
  return merged(recipe, nested as JsonObject);
}

/** @throws {UsageError} If a value is too deep, or has a key that objects don't keep as a member of their own. */
function requirePlain(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth === DEEPEST) {
    throw new UsageError(`a recipe has at most ${DEEPEST} objects or lists within each other; got more.`);
  }
  if (Object.hasOwn(value, "__proto__"))
    throw new UsageError("__proto__: there is no such key. Leave it out.");
  for (const each of Object.values(value)) requirePlain(each, depth + 1);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
