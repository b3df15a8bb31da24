import { spawn } from "node:child_process";
import { once } from "node:events";
import { exitCodes } from "./exit-codes.ts";
import { talk } from "./terminal.ts";

/** Tells a program that another relays its stderr: the columns of the terminal, or "none". */
const variable = "MARCHENKO_RELAYED";

/** What Dawn writes whenever it looks at an adapter, on every card, from where nothing can keep it from doing so. */
const ofNoUse = "Warning: maxDynamic";
const lineOfNoUse =
  /^Warning: maxDynamic(Uniform|Storage)BuffersPerPipelineLayout artificially reduced from \d+ to \d+ to fit dynamic offset allocation limit\.$/;

/** Signals that end a command, with or without saving first. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Whether a command line asks for a GPU by name, so that this program is to relay one that uses it. */
export function asksForGpu(argv: readonly string[]): boolean {
  return argv.some(
    (each, i) =>
      /^--(engine|device)=gpu$/.test(each) ||
      (each === "gpu" && /^--(engine|device)$/.test(argv[i - 1] ?? "")),
  );
}

/**
 * Runs the command in a process of its own, and hands on all that it says but lines that Dawn writes on stderr in vain.
 * Signals are handed on too; a driver that crashes is told in words.
 *
 * @returns its exit code.
 */
export async function relay(argv: readonly string[]): Promise<number> {
  const { isTTY, columns } = process.stderr;
  const child = spawn(process.execPath, [...process.execArgv, ...argv.slice(1)], {
    stdio: ["inherit", "inherit", "pipe", "ipc"],
    // A group of its own: a terminal's Ctrl-C comes here alone, and is handed on once.
    detached: true,
    env: { ...process.env, [variable]: isTTY ? String(columns) : "none" },
  });
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  process.stderr.on("error", () => {});
  const sieve = lineSieve();
  child.stderr!.on("data", (text: string) => process.stderr.write(sieve.pass(text)));
  child.stderr!.setEncoding("utf8");
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  process.stderr.write(sieve.rest());
  if (code !== null) return code;
  for (const each of signals) {
    process.removeAllListeners(each);
    if (signal === each) process.kill(process.pid, each);
  }
  talk(`marchenko: the program that uses the GPU was ended by ${signal}`);
  return exitCodes.bug;
}

/** Whether another program relays this one, which is then told as much: stderr is as wide as the other's terminal. */
export function adoptRelay(): boolean {
  const columns = process.env[variable];
  // Not for the programs that this one starts.
  delete process.env[variable];
  if (columns === undefined || !process.channel) return false;
  if (columns !== "none") Object.assign(process.stderr, { isTTY: true, columns: Number(columns) });
  // Whoever relays is gone: this ends as if it were told to, what is done saved.
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
  return true;
}

/** Leaves the lines of no use out of a text that comes in pieces; what can't be one is passed on at once. */
export function lineSieve() {
  let held = "";
  const isHeld = (text: string) => ofNoUse.startsWith(text) || text.startsWith(ofNoUse);
  return {
    pass(text: string): string {
      const lines = (held + text).split("\n");
      const last = lines.pop()!;
      held = isHeld(last) ? last : "";
      const passed = lines.filter((line) => !lineOfNoUse.test(line)).map((line) => `${line}\n`);
      return passed.join("") + (held === "" ? last : "");
    },
    rest(): string {
      const rest = held;
      held = "";
      return rest;
    },
  };
}
