import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Provenance } from "../../src/analysis/result.ts";
import { analyze, randomStream, tensorOf } from "../../src/index.ts";
import { commandLine } from "../../src/report/page/command-line.ts";
import { renderReport } from "../../src/report/page/render-page.ts";

const made = (configuration: Record<string, unknown>): Provenance => ({
  ...{ tool: "marchenko", version: "0.1.0", schema: "", seed: 3, engine: "wasm-relaxed" },
  ...{ files: [], run: {}, configuration },
});

describe("the command that makes a result again", () => {
  test("has a flag for each option that is not as it is by default", () => {
    const plain = { include: [], exclude: [], spectra: "summary", method: "auto", vectors: false };
    expect(
      commandLine("analyze", ["a.npz"], made({ ...plain, comparableAlpha: false, null: "gaussian" })),
    ).toBe("marchenko analyze --seed 3 --engine wasm-relaxed a.npz");
    const all = {
      include: ["*.mlp.*", "b c"],
      spectra: "all",
      method: "gram",
      vectors: true,
      comparableAlpha: 64,
    };
    expect(
      commandLine(
        "analyze",
        ["a.npz"],
        made({ ...all, null: "permute", convolutionOperator: 8, keepFused: true, followSpikes: true }),
      ),
    ).toBe(
      "marchenko analyze --include '*.mlp.*' --include 'b c' --spectra --method gram --vectors --comparable-alpha=64 --null permute --conv-operator 8 --keep-fused --follow-spikes --seed 3 --engine wasm-relaxed a.npz",
    );
  });

  test("is none where an option has no flag", () => {
    expect(commandLine("analyze", ["a"], made({ ofALaterVersion: true }))).toBeNull();
    expect(commandLine("analyze", ["a"], made({ constructor: true }))).toBeNull();
  });

  test.each(["a b", "it's", "$(touch x)", "`x`", '"', "-x", "line\nbreak", "*"])(
    "gives a shell the path %j as it is",
    (path) => {
      const line = commandLine("analyze", [path], made({}))!;
      const words = execFileSync("sh", ["-c", `marchenko() { printf '%s\\0' "$@"; }; ${line}`], {
        encoding: "utf8",
      }).split("\0");
      expect(words.at(-2)).toBe(path);
    },
  );
});

describe("the reproduction block", () => {
  test("of files has the command and their SHA-256", async () => {
    const path = "data/example-series/step-000400";
    const result = await analyze(path, { include: ["*layer.0.intermediate*"], seed: 5 });
    const { files, paths } = result.provenance;
    expect(paths).toEqual([path]);
    const [sum] = execFileSync("sha256sum", [files[0]!.path], { encoding: "utf8" }).split(" ");
    expect(files[0]!.sha256).toBe(sum);
    const page = await renderReport(result);
    expect(page).toContain(sum);
    expect(page).toMatch(
      /<pre[^>]*data-copy="command">marchenko analyze --include &#39;\*layer.0.intermediate\*&#39; --seed 5 --engine [\w-]+ data\/example-series\/step-000400<\/pre>/,
    );
  });

  test("of a model in memory has neither", async () => {
    const stream = randomStream(7, ["weights"]);
    const data = Float32Array.from({ length: 64 * 64 }, () => stream.normal());
    const result = await analyze({ id: "model.npz", tensors: () => [tensorOf("fc.weight", [64, 64], data)] });
    expect(result.provenance.paths).toBeUndefined();
    expect(result.provenance.files).toEqual([]);
    expect(await renderReport(result)).not.toContain('data-copy="command"');
  });
});
