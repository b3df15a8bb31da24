/** What a number of a layer is for a gate: a value that counts, or why it doesn't. */
export interface Reading {
  readonly value: number | null;
  /** Why the value does not count, or is null; null where it counts. */
  readonly doubt: string | null;
}

/** A layer, or the whole model, whose numbers a gate looks at. */
export interface GateSubject {
  /** Id of its checkpoint. */
  readonly checkpoint: string;
  readonly step: number | null;
  /** The series that the checkpoint is of, where the result names it. */
  readonly series?: string | undefined;
  /** Path of its checkpoint. */
  readonly path: string;
  /** Name that globs match. */
  readonly layer: string;
  /** What tells subjects of one checkpoint and name apart, such as the part of the data; null where nothing does. */
  readonly part: string | null;
  /** What a layer of a baseline must share to be compared with, such as its shape. */
  readonly likeness: string;
  /** Why none of its numbers can be had; null where they can. */
  readonly missing: string | null;
  read(id: string): Reading;
  /** Its difference from a baseline that the result holds itself; absent where that takes another result. */
  readDelta?(id: string): Reading;
}

/** A kind of result that gates can look at: one file each, listed in `gateables.ts`. */
export interface Gateable<Result = never> {
  /** `type` of the result. */
  readonly type: string;
  /** Ids of all numbers that its layers may have. */
  metrics(result: Result): readonly string[];
  subjects(result: Result): readonly GateSubject[];
}

/** Paths of all numbers in plain objects of a value; lists are left out. */
export function numberPaths(value: unknown, prefix = "", found = new Set<string>()): Set<string> {
  if (typeof value === "number" && prefix !== "") found.add(prefix);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return found;
  for (const [key, item] of Object.entries(value))
    numberPaths(item, prefix === "" ? key : `${prefix}.${key}`, found);
  return found;
}
