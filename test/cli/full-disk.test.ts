import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { analysisResultSchema } from "../../src/analysis/result.ts";
import { journalOf, layersIn } from "./journals.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { bin, runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const disk = join(folder, "disk");
mkdirSync(disk);
/** Layers of 12 KB or so in a journal: the disk takes some of them, and a part of one. */
const count = 12;
const model = writeModel(
  folder,
  "model.safetensors",
  Array.from({ length: count }, (_, i) => noise(`layer.${i}.weight`, [60 + i, 50])),
);

/** A disk of 64 KB, on which only its own process sees what is written. */
const mount = 'mount -t tmpfs -o size=64k tmpfs "$DISK" || exit 99; ';
const unshare = (script: string, args: readonly string[], env: Readonly<Record<string, string>>) =>
  spawnSync("unshare", ["-rm", "sh", "-c", mount + script, ...args], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", DISK: disk, ...env },
  });
const canMount = unshare("exit 7", [], {}).status === 7;

/**
 * Runs the command with the small disk at `disk`, with an older file on it.
 *
 * @param stdout - a file on the disk to which stdout goes.
 * @returns what came out, and a folder with what is on the disk afterwards.
 */
function runOnDisk(args: readonly string[], temporary: string, stdout = "") {
  const left = mkdtempSync(join(folder, "left-"));
  const script = `
    printf older > "$DISK/run.json"
    if [ "$STDOUT" ]; then "$0" "$@" > "$DISK/$STDOUT"; else "$0" "$@"; fi
    code=$?
    cp "$DISK"/* "$LEFT"
    exit $code`;
  const env = { LEFT: left, STDOUT: stdout, TMPDIR: temporary };
  const { status, stderr } = unshare(script, [process.execPath, bin, ...args], env);
  return { code: status, stderr, left };
}

/** A new folder for temporary files. */
const temporaryFolder = () => mkdtempSync(join(folder, "temporary-"));
const output = join(disk, "run.json");

test.skipIf(!canMount)(
  "a full disk: the older file stays, the result is elsewhere, the journal is whole lines",
  () => {
    const temporary = temporaryFolder();
    const other = join(folder, "other.csv");
    const { code, stderr, left } = runOnDisk(["analyze", model, "-o", output, "-o", other], temporary);
    expect(code).toBe(2);
    const [, rescued] =
      /^marchenko: can't write \S+run\.json: the disk is full; the result is in (.*)$/m.exec(stderr)!;
    expect(readdirSync(temporary)).toEqual([rescued!.slice(temporary.length + 1)]);
    expect(rescued).toMatch(/\.json$/);
    const result = analysisResultSchema.parse(JSON.parse(readFileSync(rescued!, "utf8")));
    expect(result.checkpoints[0]!.layers).toHaveLength(count);

    expect(readdirSync(left).sort()).toEqual(["run.json", "run.json.partial.ndjson"]);
    expect(readFileSync(join(left, "run.json"), "utf8")).toBe("older");
    const kept = layersIn(journalOf(join(left, "run.json")), model);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(count);
    expect(stderr).toMatch(/^can't keep finished layers in .*no space.*; going on without$/m);
    expect(stderr).toContain(`\n${kept.length} finished layers kept in ${journalOf(output)}\n`);

    expect(stderr).toContain(`\nwrote ${other}\n`);
    expect(stderr).not.toMatch(/^wrote .*json$|^\s+at /m);
    expect(readFileSync(other, "utf8").trimEnd().split(/\r?\n/)).toHaveLength(count + 1);
  },
);

test.skipIf(!canMount)(
  "a full disk under the temporary files too is said, and nothing half written stays",
  () => {
    const { code, stderr, left } = runOnDisk(["analyze", model, "-q", "-o", output], disk);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^\d+ finished layers kept in .*\nmarchenko: can't write .*: the disk is full; nor could it be written to \S+\.json: the disk is full$/m,
    );
    expect(readdirSync(left).sort()).toEqual(["run.json", "run.json.partial.ndjson"]);
  },
);

test.skipIf(!canMount)("a full disk under stdout: the result is elsewhere", () => {
  const temporary = temporaryFolder();
  const { code, stderr } = runOnDisk(["analyze", model, "--format", "ndjson"], temporary, "printed.ndjson");
  expect(code).toBe(2);
  const [, rescued] = /^marchenko: can't write to stdout: .*no space.*; the result is in (.*)$/m.exec(
    stderr,
  )!;
  expect(rescued).toMatch(/\.ndjson$/);
  const whole = join(folder, "whole.ndjson");
  expect(runMarchenko(["analyze", model, "-q", "-o", whole]).code).toBe(0);
  expect(readFileSync(rescued!, "utf8")).toBe(readFileSync(whole, "utf8"));
});

test.skipIf(!canMount)("a disk that takes a part of the last piece on stdout is an error too", () => {
  const many = Array.from({ length: 3000 }, (_, i) => noise(`layer.${i}.weight`, [2, 2]));
  const long = writeModel(folder, "long.safetensors", many);
  const { code, stderr } = runOnDisk(["inspect", long], temporaryFolder(), "printed.txt");
  expect(stderr).toMatch(/^marchenko: can't write to stdout: .*no space/m);
  expect(code).toBe(2);
});

test.skipIf(!canMount)("a full disk under a denoised checkpoint: no half of it stays", () => {
  const denoised = join(disk, "denoised.safetensors");
  const { code, stderr, left } = runOnDisk(["analyze", model, "-q", "--write-denoised", denoised], folder);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^marchenko: can't write \S+denoised\.safetensors: the disk is full$/m);
  expect(readdirSync(left)).toEqual(["run.json"]);
});
