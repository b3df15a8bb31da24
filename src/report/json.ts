/**
 * Plain data as JSON that a person can read and a diff can follow: two spaces of indent, but an array
 * of numbers on one line (a layer has 257 quantiles and would fill as many lines with them).
 *
 * @param value - plain data, e.g. an AnalysisResult; keys keep their order.
 * @returns the text with a final newline; the same data gives the same bytes.
 * @throws {TypeError} If the value holds a NaN or an infinity, which JSON would turn into null.
 */
export function renderJson(value: unknown): string {
  return `${write(value, "")}\n`;
}

function write(value: unknown, indent: string): string {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`a result holds ${value}`);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    if (value.every((item) => typeof item === "number" || item === null)) {
      return `[${value.map((item) => write(item, "")).join(", ")}]`;
    }
    return `[\n${value.map((item) => deeper + write(item, deeper)).join(",\n")}\n${indent}]`;
  }
  // As in JSON.stringify, a key whose value is undefined is left out.
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${write(item, deeper)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
