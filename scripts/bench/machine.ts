import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { command } from "./library.ts";
import { emit } from "./table.ts";

/**
 * Prints what the numbers were measured on, for the table: `tsx scripts/bench/machine.ts before` and, when all is
 * measured, `... after`, which tells only the load.
 */
const when = process.argv[2] ?? "before";
if (when === "before") {
  const memory = Math.round(totalmem() / 2 ** 30);
  emit({ fact: "machine", is: `${cpus()[0]?.model}, ${availableParallelism()} cores, ${memory} GB` });
  emit({ fact: "node", is: `${process.version} (V8 ${process.versions.v8}), ${process.platform}` });
  const said = execFileSync(process.execPath, [command, "--version"], { encoding: "utf8" }).trim();
  emit({ fact: "marchenko", is: `${said}, ${commit()}` });
}
const load = loadavg().map((each) => each.toFixed(2));
emit({ fact: `load ${when}, over 1, 5 and 15 minutes`, is: load.join(", ") });

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8", stdio: "pipe" }).trim();
    const changed = git("status", "--porcelain", "--untracked-files=no", "src") !== "";
    return `commit ${git("rev-parse", "--short", "HEAD")}${changed ? " with changes in src" : ""}`;
  } catch {
    return "not in a git checkout";
  }
}
