import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** What a run of the command gave. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a process, without colours and without a terminal. */
export function runMarchenko(args: readonly string[], options: { cwd?: string } = {}): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve("dist/cli/bin.js"), ...args], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: "1" },
    ...options,
  });
  return { code: status, stdout, stderr };
}

/** The folder of shared cases beside the project; tests that need it are skipped where it is absent. */
export const shared = resolve("../shared");
export const hasShared = existsSync(shared);
