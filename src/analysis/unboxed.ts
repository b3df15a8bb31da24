/**
 * What came from another thread, its lists of numbers laid out anew, in place.
 *
 * In a list that a message brought, V8 keeps each number as an object of its own: 24 bytes in place of 8. Results are
 * kept until the end, so that it counts.
 */
export function unboxed<Value>(value: Value): Value {
  if (Array.isArray(value)) {
    if (!value.every((entry) => typeof entry === "number")) {
      for (const [i, entry] of value.entries()) value[i] = unboxed(entry);
      return value;
    }
    const list = new Array<number>(value.length);
    for (let i = 0; i < value.length; i++) list[i] = value[i];
    return list as Value;
  }
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    const fields = value as Record<string, unknown>;
    for (const name of Object.keys(fields)) fields[name] = unboxed(fields[name]);
  }
  return value;
}
