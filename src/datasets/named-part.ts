import { z } from "zod";
import { similarNames } from "../checkpoint/nearest-names.ts";
import { UsageError } from "../errors.ts";

/** What a catalogue of recipe parts lists: an optimiser, a schedule, a data set. */
export interface NamedPart {
  /** What a recipe's `name` (a model's `kind`) says. */
  readonly name: string;
  /** The part's other members, with their defaults. */
  readonly options: z.ZodType;
}

/**
 * Finds the part that a recipe names in a catalogue, and checks its options.
 *
 * @param path - where the part is in the recipe, for messages: `optimizer`.
 * @param key - the member that names it: `name` by default.
 * @returns the catalogue's entry, and the options with their defaults.
 * @throws {UsageError} If there is none of that name, or an option is wrong or unknown; it suggests the nearest name.
 */
export function namedPart<Part extends NamedPart>(
  catalogue: readonly Part[],
  choice: Readonly<Record<string, unknown>>,
  path: string,
  key = "name",
): { readonly part: Part; readonly options: z.output<Part["options"]> } {
  const { [key]: name, ...given } = choice;
  const names = catalogue.map((each) => each.name);
  const part = catalogue.find((each) => each.name === name);
  if (!part) {
    const near = typeof name === "string" ? similarNames(name, names) : [];
    throw new UsageError(
      `${path}.${key}: expected one of ${names.join(", ")}, got ${JSON.stringify(name)}.${suggestion(near)}`,
    );
  }
  return { part, options: checked(part.options, given, path) as z.output<Part["options"]> };
}

/**
 * A value as a schema makes it. Members that are null are taken for missing, but where null is a value of its own.
 *
 * @param path - where it is in the recipe; "" for the recipe itself.
 * @param what - what holds the value, for the message.
 * @throws {UsageError} With a line for each fault; unknown keys come with the nearest that there are.
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: string,
  what = "the recipe",
): z.output<Schema> {
  const parsed = schema.safeParse(withoutNulls(schema, value), { error: faultOf });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => {
    const at = [path, ...issue.path.map(String)].filter((part) => part !== "").join(".");
    if (issue.code !== "unrecognized_keys") return [`${at || "recipe"}: ${issue.message}`];
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const near = similarNames(key, known);
      const names = known.length > 0 ? ` Known: ${known.join(", ")}.` : ` ${path || "It"} takes no other.`;
      const hint = near.length > 0 ? suggestion(near) : names;
      return `${at === "" ? key : `${at}.${key}`}: there is no such key.${hint}`;
    });
  });
  throw new UsageError(`${what} is not right:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
}

function suggestion(near: readonly string[]): string {
  return near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
}

/** A value without the members that are null where the schema knows no null; so defaults take their places. */
export function withoutNulls(schema: z.ZodType, value: unknown): unknown {
  const inner = unwrapped(schema);
  const object =
    inner instanceof z.ZodUnion ? inner.options.find((each) => each instanceof z.ZodObject) : inner;
  if (
    !(object instanceof z.ZodObject) ||
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value)
  ) {
    return value;
  }
  const shape = object.shape as Record<string, z.ZodType>;
  const kept = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    if (!Object.hasOwn(shape, key)) return [[key, member]];
    const schemaOfMember = shape[key]!;
    if (member === null && !schemaOfMember.safeParse(null).success) return [];
    return [[key, withoutNulls(schemaOfMember, member)]];
  });
  return Object.fromEntries(kept);
}

/** What a value should have been, and what it is; undefined leaves the words to zod. */
function faultOf(issue: z.core.$ZodRawIssue): string | undefined {
  const got = `got ${shown(issue.input)}`;
  if (issue.code === "invalid_type") return `expected ${nouns[issue.expected] ?? issue.expected}, ${got}`;
  if (issue.code === "invalid_value") return `expected ${issue.values.map(shown).join(" or ")}, ${got}`;
  if (issue.code === "too_small") {
    return `expected ${issue.inclusive ? "at least" : "more than"} ${amount(issue.minimum, issue.origin)}, ${got}`;
  }
  if (issue.code === "too_big") {
    return `expected ${issue.inclusive ? "at most" : "less than"} ${amount(issue.maximum, issue.origin)}, ${got}`;
  }
  if (issue.code !== "invalid_union") return undefined;
  const messages = issue.errors.flatMap((faults) => faults.slice(0, 1).map(({ message }) => message));
  return Array.from(new Set(messages)).join("; or ");
}

const nouns: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
};

/** What the size of a thing counts: of one, and of several. */
const measures: Readonly<Record<string, readonly [string, string]>> = {
  string: ["character", "characters"],
  array: ["entry", "entries"],
};

function amount(size: number | bigint, origin: string): string {
  const noun = measures[origin]?.[Number(size) === 1 ? 0 : 1];
  return noun === undefined ? `${size}` : `${size} ${noun}`;
}

/** Characters of a wrong value that a message shows. */
const MOST_SHOWN = 60;

/** A value as a recipe writes it. */
export function shown(value: unknown): string {
  // JSON would write what is no finite number as null.
  const json = typeof value === "number" ? String(value) : JSON.stringify(value);
  const text = value === undefined ? "nothing" : (json ?? String(value));
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}...` : text;
}

/** The keys of the object that a schema has at a path; none where it can't be told. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = unwrapped(schema);
  for (const key of path) {
    if (!(at instanceof z.ZodObject)) return [];
    at = unwrapped((at.shape as Record<PropertyKey, z.ZodType>)[key]);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable) {
    inner = inner.unwrap();
  }
  return inner;
}
