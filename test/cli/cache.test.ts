import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cachePlace } from "../../src/cli/spectrum-cache.ts";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "model.safetensors", [noise("a", [48, 96]), noise("b", [80, 32], "BF16")]);

function analysed(cache: string, more: readonly string[] = []) {
  const run = runMarchenko(["analyze", model, "--format", "json", "-q", ...more], {
    env: { MARCHENKO_CACHE: cache },
  });
  expect(run.stderr).toBe("");
  const { provenance, ...result } = JSON.parse(run.stdout);
  return {
    use: provenance.run.cache,
    text: JSON.stringify({ ...result, provenance: { ...provenance, run: {} } }),
  };
}

test("analyze keeps spectra for the next run, with the same bytes for any number of workers", () => {
  const cache = join(folder, "kept");
  const without = analysed(cache, ["--no-cache"]);
  expect(without.use).toBeUndefined();
  expect(existsSync(cache)).toBe(false);
  const first = analysed(cache);
  const second = analysed(cache, ["--workers", "1"]);
  expect([first.text, second.text]).toEqual([without.text, without.text]);
  expect(first.use.hits).toBe(0);
  expect(second.use).toEqual({ hits: first.use.misses, misses: 0, unwritten: 0 });
});

test("cache ls says what there is, cache rm takes it away and leaves other files alone", () => {
  const cache = join(folder, "listed");
  const env = { MARCHENKO_CACHE: cache };
  const { use } = analysed(cache);
  writeFileSync(join(cache, "notes.txt"), "mine");
  const listed = JSON.parse(runMarchenko(["cache", "ls", "--format", "json"], { env }).stdout);
  expect(listed).toMatchObject({ folder: cache, entries: use.misses });
  const sizes = readdirSync(cache).filter((name) => name !== "notes.txt");
  expect(listed.bytes).toBe(sizes.reduce((sum, name) => sum + readFileSync(join(cache, name)).length, 0));
  const removed = runMarchenko(["cache", "rm"], { env });
  expect(removed).toMatchObject({ code: 0, stdout: "" });
  expect(removed.stderr).toContain(`removed ${use.misses} entries`);
  expect(readdirSync(cache)).toEqual(["notes.txt"]);
});

const withoutFusing = ["--no-enable-fma3", "--no-enable-avx"];

// Other processors have flags of other names, or always fuse.
test.skipIf(process.arch !== "x64")(
  "what a processor that fuses has kept is not taken where none is fused",
  () => {
    const env = { MARCHENKO_CACHE: join(folder, "fused") };
    const spectraOf = (more: readonly string[], nodeOptions: readonly string[]) => {
      const args = ["analyze", model, "--format", "json", "-q", "--spectra", ...more];
      const { code, stdout } = runMarchenko(args, { env, nodeOptions });
      expect(code).toBe(0);
      return JSON.stringify(JSON.parse(stdout).checkpoints);
    };
    spectraOf([], []);
    expect(spectraOf([], withoutFusing)).toBe(spectraOf(["--no-cache"], withoutFusing));
  },
);

test("MARCHENKO_CACHE=off keeps nothing; wrong usage of cache is exit 2", () => {
  expect(analysed("off").use).toBeUndefined();
  expect(runMarchenko(["cache", "ls"]).stdout).toBe("off\n");
  expect(runMarchenko(["cache", "sl"]).code).toBe(2);
  expect(runMarchenko(["cache", "ls", "--fromat", "json"]).code).toBe(2);
});

test("the place is MARCHENKO_CACHE, else XDG's, which must be absolute", () => {
  expect(cachePlace({ MARCHENKO_CACHE: "off" })).toBeNull();
  expect(cachePlace({ MARCHENKO_CACHE: "here", XDG_CACHE_HOME: "/x" })).toBe("here");
  expect(cachePlace({ XDG_CACHE_HOME: "/x" })).toBe(join("/x", "marchenko"));
  expect(cachePlace({ XDG_CACHE_HOME: "x" })).toBe(cachePlace({}));
});
