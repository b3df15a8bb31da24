import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folderForTests, mixedModel, writeModel } from "./models.ts";
import { runMarchenko } from "./run-marchenko.ts";

const folder = folderForTests();
const model = writeModel(folder, "mixed.safetensors", mixedModel());
const series = resolve("data/example-series");

/** The JSON as it is written, but for the part that may differ between equal runs. */
function withoutRun(path: string): string {
  const result = JSON.parse(readFileSync(path, "utf8"));
  result.provenance.run = {};
  return JSON.stringify(result);
}

function succeed(args: readonly string[], env: Record<string, string> = {}): string {
  const { code, stderr } = runMarchenko(args, { cwd: folder, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stderr;
}

const inputs = { series, model };

describe.each(Object.entries(inputs))("three shards of a %s", (name, input) => {
  const shard = (i: number) => `${name}-shard-${i}.json`;
  beforeAll(() => {
    succeed(["analyze", input, "--seed", "3", "-q", "-o", `${name}.json`, "-o", `${name}.csv`]);
    // One by its number, one as a Slurm array has it, one as a Kubernetes Job does.
    succeed(["analyze", input, "--seed", "3", "-q", "--shard", "1/3", "-o", shard(1)]);
    succeed(["analyze", input, "--seed", "3", "-q", "--shard", "auto", "--workers", "1", "-o", shard(2)], {
      SLURM_ARRAY_TASK_ID: "1",
      SLURM_ARRAY_TASK_MIN: "0",
      SLURM_ARRAY_TASK_COUNT: "3",
    });
    succeed(["analyze", input, "--seed", "3", "-q", "--shard", "auto/3", "-o", shard(3)], {
      JOB_COMPLETION_INDEX: "2",
      SLURM_ARRAY_TASK_ID: "",
    });
  });

  test("merged equal one run byte for byte", () => {
    const merged = `${name}-merged`;
    const files = [3, 1, 2].map(shard);
    succeed(["merge", ...files, "-q", "-o", `${merged}.json`, "-o", `${merged}.csv`]);
    expect(withoutRun(join(folder, `${merged}.json`))).toBe(withoutRun(join(folder, `${name}.json`)));
    expect(readFileSync(join(folder, `${merged}.csv`), "utf8")).toBe(
      readFileSync(join(folder, `${name}.csv`), "utf8"),
    );
    const { run } = JSON.parse(readFileSync(join(folder, `${merged}.json`), "utf8")).provenance;
    expect(run.shards).toHaveLength(3);
  });

  test("are results by themselves, which report takes", () => {
    const { code, stdout } = runMarchenko(["report", shard(2)], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain("other-shard");
  });

  test("missing, double or foreign ones are refused with exit 3", () => {
    const refused = (...args: string[]) => {
      const { code, stdout, stderr } = runMarchenko(["merge", ...args], { cwd: folder });
      expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
      return stderr;
    };
    expect(refused(shard(1), shard(2))).toContain("1 of 3 shards is missing: 3");
    expect(refused(shard(1), shard(1), shard(2))).toContain(`${shard(1)} and ${shard(1)} are both shard 1`);
    expect(refused(`${name}.json`)).toContain("is no shard");
    const foreign = JSON.parse(readFileSync(join(folder, shard(3)), "utf8"));
    foreign.provenance.seed = 4;
    writeFileSync(join(folder, "foreign.json"), JSON.stringify(foreign));
    expect(refused(shard(1), shard(2), "foreign.json")).toContain("expected the seed 3, got 4");
  });
});

test("a shard says what becomes of it, and a dry run which layers are its own", () => {
  const { code, stderr } = runMarchenko(["analyze", model, "--shard", "2/3", "--format", "csv"]);
  expect(code).toBe(0);
  expect(stderr).toContain("shard 2 of 3: marchenko merge makes one result of all");
  const own = [1, 2, 3].map((i) => {
    const dry = runMarchenko(["analyze", model, "--dry-run", "--format", "json", "--shard", `${i}/3`]);
    expect(dry.code).toBe(0);
    const rows: { layer: string; reason: string | null }[] = JSON.parse(dry.stdout);
    return rows.filter(({ reason }) => reason === null).map(({ layer }) => layer);
  });
  expect(new Set(own.flat()).size).toBe(own.flat().length);
  const all = JSON.parse(runMarchenko(["analyze", model, "--dry-run", "--format", "json"]).stdout);
  const analysed = all.filter(({ reason }: { reason: string | null }) => reason === null);
  expect(own.flat().length).toBe(analysed.length);
});

test("what needs all layers is refused for a shard", () => {
  for (const option of [["--follow-spikes"], ["--write-denoised", "x.safetensors"]]) {
    const { code, stderr } = runMarchenko(["analyze", model, "--shard", "1/2", ...option], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain("leave out --shard");
  }
});
