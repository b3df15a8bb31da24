/**
 * Plain data as JSON that a person can read and a diff can follow: two spaces of indent, but an array
 * of numbers on one line (a layer has 257 quantiles and would fill as many lines with them).
 *
 * @param value - plain data, e.g. an AnalysisResult; keys keep their order.
 * @returns the text with a final newline; the same data gives the same bytes.
 * @throws {TypeError} If the value holds a NaN or an infinity, which JSON would turn into null; says where.
 */
export function renderJson(value: unknown): string {
  return [...jsonPieces(value)].join("");
}

/** Nested this deep, a value is one piece: an analysis > its checkpoints > one > its layers > one. */
const pieceDepth = 4;

/** The same text piece by piece, so that no more than a layer of a large result is in memory as text. */
export function* jsonPieces(value: unknown): Generator<string> {
  try {
    yield* pieces(value, "", pieceDepth);
  } catch (error) {
    throw error instanceof NotFiniteError
      ? new TypeError(`a result holds ${placeOfNotFinite(value, "")}`)
      : error;
  }
  yield "\n";
}

class NotFiniteError extends Error {}

/** The first number that is not finite, with its path: items of a list by place and name. */
function placeOfNotFinite(value: unknown, path: string): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? null : `${value}${path && ` at ${path}`}`;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, item] of presentEntries(value)) {
    const step = Array.isArray(value) ? `[${key}${nameOf(item)}]` : `${path && "."}${key}`;
    const found = placeOfNotFinite(item, path + step);
    if (found) return found;
  }
  return null;
}

/** What an item of a list is called, where it says so. */
function nameOf(item: unknown): string {
  const { layer, id } = (item ?? {}) as { readonly layer?: unknown; readonly id?: unknown };
  const name = layer ?? id;
  return typeof name === "string" ? ` ${JSON.stringify(name)}` : "";
}

function* pieces(value: unknown, indent: string, depth: number): Generator<string> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  const isList = Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null);
  if (depth === 0 || !(isRecord || isList)) {
    yield write(value, indent);
    return;
  }
  const deeper = `${indent}  `;
  const entries = isList ? value.map((item) => ["", item] as const) : presentEntries(value as object);
  const [open, close] = isList ? "[]" : "{}";
  let before = `${open}\n${deeper}`;
  for (const [key, item] of entries) {
    yield isList ? before : `${before}${JSON.stringify(key)}: `;
    yield* pieces(item, deeper, depth - 1);
    before = `,\n${deeper}`;
  }
  yield entries.length === 0 ? `${open}${close}` : `\n${indent}${close}`;
}

function write(value: unknown, indent: string): string {
  if (typeof value === "number" && !Number.isFinite(value)) throw new NotFiniteError();
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    if (value.every((item) => typeof item === "number" || item === null)) {
      if (!value.every((item) => item === null || Number.isFinite(item))) throw new NotFiniteError();
      return JSON.stringify(value).replaceAll(",", ", ");
    }
    return `[\n${value.map((item) => deeper + write(item, deeper)).join(",\n")}\n${indent}]`;
  }
  const entries = presentEntries(value);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${write(item, deeper)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** As in JSON.stringify, a key whose value is undefined is left out. */
function presentEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}
