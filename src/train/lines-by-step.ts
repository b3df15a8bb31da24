import { isAbsent } from "../checkpoint/system-errors.ts";
import { writeTextWhole } from "./run-folder.ts";
import { unwritable } from "./unwritable.ts";

/** A line: its step, and what else there is of it. */
export type Line = { readonly step: number } & Readonly<Record<string, unknown>>;

/** A file of JSON lines with a `step`, which an observer of a run adds to. */
export interface LinesByStep {
  /** Drops the lines from a step on, and what is no whole line: a run that goes on writes them again. */
  begin(step: number): Promise<void>;
  append(lines: readonly Line[]): Promise<void>;
}

/** The lines of a file, there already or not. */
export function linesByStep(path: string): LinesByStep {
  return {
    async begin(step) {
      const { readFile } = await import("node:fs/promises");
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        if (isAbsent(error)) return "";
        throw unwritable(path, error);
      });
      const kept = text.split("\n").filter((line) => (stepOf(line) ?? step) < step);
      await writeTextWhole(path, kept.map((line) => `${line}\n`).join(""));
    },
    async append(lines) {
      const { appendFile } = await import("node:fs/promises");
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      await appendFile(path, text).catch((error: unknown) => {
        throw unwritable(path, error);
      });
    },
  };
}

/** The step of a line; null for what is no whole line. */
function stepOf(line: string): number | null {
  try {
    const { step } = JSON.parse(line) as { step?: unknown };
    return typeof step === "number" ? step : null;
  } catch {
    return null;
  }
}
