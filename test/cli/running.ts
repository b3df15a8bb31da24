import { readdirSync, readFileSync } from "node:fs";

/** Processes with an argument in their command line, by /proc: none where there is no such thing. */
export function runningWith(argument: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      if (line.includes(argument)) found.push(line.join(" "));
    } catch {
      // Gone in between.
    }
  }
  return found;
}
