import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { journalOf, layersIn } from "./journals.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { startMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
/** One layer that takes as long as all the others, which are done while it is under way. */
const mixed = writeModel(folder, "mixed.safetensors", [
  noise("large.weight", [1500, 1200]),
  ...Array.from({ length: 9 }, (_, i) => noise(`small.${i}.weight`, [60 + i, 50])),
]);
const alike = writeModel(
  folder,
  "alike.safetensors",
  Array.from({ length: 5 }, (_, i) => noise(`layer.${i}.weight`, [120, 100])),
);
const tiny = writeModel(folder, "tiny.safetensors", [noise("tiny.weight", [60, 50])]);
const alone = writeModel(folder, "alone.safetensors", [noise("alone.weight", [1500, 1200])]);

/**
 * Options of node with which workers of the command die as told.
 *
 * @param onTask - runs in the main thread when a worker (`this`) is given a `message` with a task: the `begun`-th
 *   that computes a spectrum, if it is one. `all` are the workers; one that gets a `message.dies` exits with code 9.
 */
function dying(onTask: string): string[] {
  const hook = `
    import { syncBuiltinESMExports } from "node:module";
    import threads, { isMainThread, parentPort } from "node:worker_threads";
    const all = [];
    let begun = 0;
    const isSpectrum = ({ task }) => task === "spectrum" || task === "whole";
    if (isMainThread) {
      threads.Worker = class extends threads.Worker {
        constructor(...options) {
          super(...options);
          all.push(this);
          this.on("message", () => { this.task = null; });
          this.on("exit", () => { if (this.task) console.error("lost", this.task.argument.matrix?.rows); });
        }
        postMessage(message) {
          if (message.task) {
            this.task = message;
            if (isSpectrum(message)) begun++;
            ${onTask}
          }
          super.postMessage(message);
        }
      };
      syncBuiltinESMExports();
      process.on("exit", () => console.error("begun", begun));
    } else {
      const on = parentPort.on.bind(parentPort);
      parentPort.on = (name, listen) => on(name, (message) => {
        if (message.dies) process.exit(9);
        listen(message);
      });
    }`;
  return ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
}

/** Runs with two workers to the end: "close" comes when no process holds the streams any more. */
async function run(paths: readonly string[], output: string, nodeOptions: readonly string[]) {
  const child = startMarchenko(["analyze", ...paths, "--workers", "2", "-o", output], { nodeOptions });
  let talk = "";
  child.stderr!.on("data", (part) => {
    talk += part;
  });
  child.stdout!.resume();
  const [code] = await once(child, "close");
  return {
    code,
    talk,
    numberAfter: (word: string) => Number(new RegExp(`^${word} (\\d+)$`, "m").exec(talk)?.[1]),
  };
}

const deaths: readonly (readonly [how: string, status: string, nodeOptions: string[]])[] = [
  // Code 0 is of a thread that had not quite started.
  [
    "that is terminated in the middle of a matrix",
    "[01]",
    dying("if (begun === 6) all.find((one) => one.task?.argument.matrix?.rows === 1500).terminate();"),
  ],
  ["that ends by itself", "9", dying("message.dies = isSpectrum(message) && begun === 5;")],
];

describe.each(deaths)("a worker %s", (how, status, nodeOptions) => {
  test("ends the run as a bug that names its layer; all that was begun beside it is finished and kept", async () => {
    const output = join(folder, `${how}.json`);
    const { code, talk, numberAfter } = await run([mixed], output, nodeOptions);
    expect(code, talk).toBe(1);
    const rows = numberAfter("lost");
    const lost = rows === 1500 ? "large.weight" : `small.${rows - 60}.weight`;
    const why = `^marchenko: ${lost}: a worker thread ended early, with code ${status}$`;
    expect(talk).toMatch(new RegExp(why, "m"));
    expect(talk).not.toMatch(/^\s+at /m);
    const kept = layersIn(journalOf(output), mixed);
    expect(kept.length).toBeGreaterThan(1);
    expect(kept).toHaveLength(numberAfter("begun") - 1);
    expect(kept).not.toContain(lost);
    expect(talk).toContain(`\n${kept.length} finished layers kept in ${journalOf(output)}\n`);
    expect(existsSync(output)).toBe(false);
  });
});

test("all workers die: what waits for one fails with them, and the run ends", async () => {
  const { code, talk } = await run([mixed], join(folder, "all.json"), dying("message.dies = begun > 3;"));
  expect(code, talk).toBe(1);
  expect(talk).toMatch(/^marchenko: \w+(\.\d)?\.weight: a worker thread ended early, with code 9$/m);
});

test("layers that wait for the same noise when its worker dies: the first of them is named, once", async () => {
  const noiseDies = dying("if (message.task === 'nullSpectra') this.terminate();");
  const { code, talk } = await run([alike], join(folder, "alike.json"), noiseDies);
  expect(code).toBe(1);
  expect(talk).toMatch(/^marchenko: layer\.\d\.weight: a worker thread ended early, with code [01]$/m);
});

/** A small model, and then a lone large matrix, on which both workers would work. */
const tinyThenAlone = [tiny, alone];

test("one of a team on a large matrix dies: the other does not wait for it", async () => {
  const memberDies = dying(
    "if (message.task === 'part' && this === all[1]) setTimeout(() => this.terminate(), 30);",
  );
  const output = join(folder, "team.json");
  const { code, talk } = await run(tinyThenAlone, output, memberDies);
  expect(talk).toMatch(/^marchenko: alone\.weight: a worker thread ended early, with code [01]$/m);
  expect(code).toBe(1);
  expect(layersIn(journalOf(output), tiny)).toEqual(["tiny.weight"]);
});

test("the library says the same, and leaves nothing that keeps its host from ending", () => {
  const host = `
    import { analyze, MarchenkoError } from ${JSON.stringify(`file://${resolve("dist/index.js")}`)};
    const error = await analyze(${JSON.stringify(tiny)}, { workers: 2 }).catch((error) => error);
    console.log(error.name, error.code, error instanceof MarchenkoError, error.message);`;
  const workersDie = dying("if (begun === 1) this.terminate();");
  const options = [...workersDie, "--input-type=module", "-e", host];
  const { stdout, status } = spawnSync(process.execPath, options, { encoding: "utf8", timeout: 60_000 });
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^WorkerError worker true tiny\.weight: a worker thread ended early, with code [01]\n$/,
  );
});

test("a host that is the text of an option has worker threads as any other", () => {
  const host = `
    import { analyze } from ${JSON.stringify(`file://${resolve("dist/index.js")}`)};
    const { checkpoints } = await analyze(${JSON.stringify(tiny)}, { workers: 2 });
    console.log(checkpoints[0].layers.map(({ tensor, status }) => tensor + " " + status).join());`;
  const options = ["--input-type=module", "-e", host];
  const { stdout, stderr, status } = spawnSync(process.execPath, options, {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(status, stderr).toBe(0);
  expect(stdout).toBe("tiny.weight analysed\n");
});
