import { expect, test } from "vitest";
import { folderForTests, noise, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
writeModel(folder, "small.safetensors", [noise("fc.weight", [12, 8]), noise("head.weight", [10, 16])]);
const run = (...args: readonly string[]) => runMarchenko(args, { cwd: folder });
run("analyze", "small.safetensors", "-q", "-o", "run.json");

/** What was typed, the exit code, and what the error offers. */
const typos: readonly (readonly [args: readonly string[], code: number, offered: RegExp])[] = [
  [["analyse", "small.safetensors"], 2, /Did you mean analyze\?/],
  [["cache", "lst"], 2, /Did you mean ls\?/],
  [["complete", "bsh"], 2, /Did you mean bash/],
  [["analyze", "small.safetensors", "--incldue", "x"], 2, /Did you mean --include\?/],
  [["analyze", "small.safetensors", "--preset", "thorogh"], 2, /Did you mean thorough\?/],
  [["analyze", "small.safetensors", "--engine", "wsam"], 2, /Did you mean wasm-relaxed/],
  [["analyze", "small.safetensors", "--method", "acurate"], 2, /Did you mean accurate\?/],
  [["analyze", "small.safetensors", "--null", "permut"], 2, /Did you mean permute\?/],
  [["analyze", "small.safetensors", "--format", "jsn"], 2, /Did you mean json/],
  [["analyze", "small.safetensors", "-o", "x.htm"], 2, /Did you mean \.html/],
  [["analyze", "small.safetensors", "--compat", "weightwatchr"], 2, /Did you mean weightwatcher\?/],
  [["analyze", "small.safetensor"], 3, /Did you mean small\.safetensors\?/],
  [["inspect", "smal.safetensors"], 3, /Did you mean small\.safetensors\?/],
  [["compare", "small.safetensors", "smal.safetensors"], 3, /Did you mean small\.safetensors\?/],
  [["analyze", "small.safetensors", "--include", "hed*"], 5, /nearest names are head\.weight/],
  [
    ["compare", "small.safetensors", "small.safetensors", "--include", "hed*"],
    5,
    /nearest names are head\.weight/,
  ],
  [
    ["analyze", "small.safetensors", "--include", "hed*", "--dry-run"],
    5,
    /names like hed\* are head\.weight/,
  ],
  [["gate", "run.json", "--fail-on", "metrics.stableRnk < 2"], 2, /Did you mean metrics\.stableRank/],
  [["gate", "run.json", "--fail-on", "hed*:metrics.stableRank < 2"], 4, /names like it are head\.weight/],
  [["gate", "rn.json", "--fail-on", "metrics.stableRank < 2"], 3, /Did you mean run\.json\?/],
  [
    ["gate", "run.json", "--checkpoint", "smal.safetensors", "--fail-on", "metrics.stableRank < 2"],
    2,
    /small\.safetensors/,
  ],
  [["report", "rn.json"], 3, /Did you mean run\.json\?/],
  [["report", "run.json", "-o", "x.hmtl"], 2, /Did you mean \.html/],
  [["train", "digit-vit", "--out", "x"], 2, /Did you mean digits-vit/],
  [["train", "digits-vit.jso", "--out", "x"], 3, /Did you mean digits-vit/],
  [["train", "digits-vit", "--out", "x", "--device", "gpuu"], 2, /Did you mean gpu\?/],
  [
    ["train", "digits-vit", "--out", "x", "--set", "optimizer.learningrate=1"],
    2,
    /Did you mean learningRate\?/,
  ],
  [["train", "digits-vit", "--out", "x", "--set", "data.name=mnst"], 2, /Did you mean mnist/],
  [["experiment", "scrach", "--out", "x"], 2, /Did you mean scratch\?/],
  [["experiment", "scratch", "--out", "x", "--data", "cifr10"], 2, /Did you mean cifar10\?/],
  [["measure", "small.safetensors", "--only", "activationSparsty"], 2, /Did you mean activationSparsity/],
  [["measure", "small.safetensors", "--recipe", "digit-vit"], 2, /Did you mean digits-vit/],
  [["noise", "small.safetensors", "--part", "tain"], 2, /Did you mean train\?/],
  [["analyze", "small.safetensors", "--config", "run.jso"], 2, /Did you mean run\.json\?/],
];

test.each(typos)("%j: exit %i, with what was perhaps meant", (args, code, offered) => {
  const { code: ended, stdout, stderr } = run(...args);
  expect(`${stderr}${stdout}`).toMatch(offered);
  expect(stderr).toMatch(/^marchenko: /m);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(ended).toBe(code);
});

test("a glob that matches nothing beside one that does is told, with names like it", () => {
  const { code, stderr } = run(
    "analyze",
    "small.safetensors",
    "--include",
    "fc*",
    "--include",
    "hed*",
    "--exclude",
    "x*",
  );
  expect(code).toBe(0);
  expect(stderr).toContain(
    "warning: nothing matches --include hed*; names like it are head.weight, fc.weight",
  );
  expect(stderr).toContain("warning: nothing matches --exclude x*; names like it are");
  expect(stderr).not.toContain("--include fc*");
  expect(run("analyze", "small.safetensors", "--include", "fc*", "--exclude", "x*", "-q").stderr).toBe("");
});
