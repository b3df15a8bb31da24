import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect } from "vitest";
import { type RunOptions, startMarchenko } from "./run-marchenko.ts";

const started: ChildProcess[] = [];

/** An analysis in the middle of its work. */
export interface UnderWay {
  readonly child: ChildProcess;
  readonly journal: string;
  /** What it has said on stderr until now. */
  readonly talk: () => string;
}

/** Starts an analysis and waits for the first finished layer in its journal; killed after the test. */
export async function underWay(
  model: string,
  output: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<UnderWay> {
  const child = startMarchenko(["analyze", model, "-o", output, ...args], options);
  started.push(child);
  let stderr = "";
  child.stderr!.on("data", (part) => {
    stderr += part;
  });
  child.stdout!.resume();
  const journal = journalOf(output);
  while (!(existsSync(journal) && readFileSync(journal, "utf8").includes("\n"))) {
    expect(child.exitCode, `still running; ${stderr}`).toBe(null);
    await pause(20);
  }
  return { child, journal, talk: () => stderr };
}

/** To be called once in a file that uses {@link underWay}. */
export function killAfterEach(): void {
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });
}

/** Where an analysis keeps the layers that it has finished. */
export function journalOf(output: string): string {
  return `${output}.partial.ndjson`;
}

/** Names of the layers in a journal, each line of which has to be one of the model, whole and once. */
export function layersIn(journal: string, model: string): string[] {
  const lines = readFileSync(journal, "utf8").split("\n");
  expect(lines.pop()).toBe("");
  const layers = lines.map((line) => {
    const layer = JSON.parse(line);
    expect(layer).toMatchObject({ checkpoint: basename(model), status: "analysed" });
    return layer.layer as string;
  });
  expect(new Set(layers).size).toBe(layers.length);
  return layers;
}
