import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** What a run of the command gave. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Variables besides this process's; NO_COLOR is set, and no cache used, unless given here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself. */
  readonly nodeOptions?: readonly string[];
  /** Milliseconds after which the run is killed, and its code is null. */
  readonly timeout?: number;
}

/** No colours, no cache, and called by its own name, though npx may have started the tests. */
const calm = { NO_COLOR: "1", MARCHENKO_CACHE: "off", npm_lifecycle_event: "" };

export const bin = resolve("dist/cli/bin.js");

/** Runs the built command as a process, without colours and without a terminal. */
export function runMarchenko(args: readonly string[], options: RunOptions = {}): Run {
  const { cwd, env, nodeOptions = [], timeout } = options;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, bin, ...args], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...calm, ...env },
    ...(cwd !== undefined && { cwd }),
    ...(timeout !== undefined && { timeout }),
  });
  return { code: status, stdout, stderr };
}

/** Starts the built command, to be talked to while it runs. */
export function startMarchenko(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { cwd, env, nodeOptions = [], timeout } = options;
  return spawn(process.execPath, [...nodeOptions, bin, ...args], {
    env: { ...process.env, ...calm, ...env },
    ...(cwd !== undefined && { cwd }),
    ...(timeout !== undefined && { timeout }),
  });
}

/** The folder of shared cases beside the project; tests that need it are skipped where it is absent. */
export const shared = resolve("../shared");
export const hasShared = existsSync(shared);
