import { describe, expect, test } from "vitest";
import { parseShard, type TaskEnvironment } from "../../src/cli/shard-option.ts";
import { UsageError } from "../../src/errors.ts";

/** As `sbatch --array=0-7` and the like set them. */
function slurm(id: number, first: number, count: number, step?: number): TaskEnvironment {
  return {
    SLURM_ARRAY_TASK_ID: `${id}`,
    SLURM_ARRAY_TASK_MIN: `${first}`,
    SLURM_ARRAY_TASK_COUNT: `${count}`,
    ...(step !== undefined && { SLURM_ARRAY_TASK_STEP: `${step}` }),
  };
}

describe("--shard", () => {
  test.each([
    ["2/8", {}, 2, 8],
    ["2/8", slurm(5, 0, 8), 2, 8],
    ["auto", slurm(0, 0, 8), 1, 8],
    ["auto", slurm(7, 0, 8), 8, 8],
    ["auto", slurm(8, 1, 8), 8, 8],
    ["auto", slurm(6, 2, 3, 2), 3, 3],
    ["auto/8", slurm(3, 0, 8), 4, 8],
    ["auto", { SLURM_ARRAY_TASK_ID: "1", SLURM_ARRAY_TASK_COUNT: "3" }, 2, 3],
    ["auto/8", { JOB_COMPLETION_INDEX: "0" }, 1, 8],
    ["auto/8", { JOB_COMPLETION_INDEX: "7" }, 8, 8],
  ] as const)("%s with %j is shard %i of %i", (text, environment, index, count) => {
    expect(parseShard(text, environment)).toEqual({ index, count });
  });

  test.each([
    ["0/8", {}, /1 <= I <= N; got 0 of 8/],
    ["9/8", {}, /got 9 of 8/],
    ["3", {}, /--shard 3 is none: expected I\/N such as 2\/8/],
    ["1/2/3", {}, /is none/],
    ["auto", {}, /needs SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX, which are not set/],
    ["auto", { SLURM_ARRAY_TASK_ID: "" }, /not set/],
    ["auto", { JOB_COMPLETION_INDEX: "3" }, /does not tell how many there are: give --shard auto\/N/],
    ["auto/2", { JOB_COMPLETION_INDEX: "2" }, /none of 2/],
    ["auto/4", slurm(0, 0, 8), /does not fit .* with 8 tasks/],
    ["auto", slurm(7, 1, 3), /none of 3 evenly spaced ones/],
    ["auto", slurm(4, 1, 3, 2), /none of 3 evenly spaced ones/],
    ["auto", { SLURM_ARRAY_TASK_ID: "x" }, /SLURM_ARRAY_TASK_ID is no whole number: x/],
  ] as const)("%s with %j is refused", (text, environment, message) => {
    expect(() => parseShard(text, environment)).toThrow(UsageError);
    expect(() => parseShard(text, environment)).toThrow(message);
  });
});
