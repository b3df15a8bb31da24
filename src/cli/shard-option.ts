import { requireShard, type Shard } from "../analysis/shards.ts";
import { UsageError } from "../errors.ts";

const expected = "expected I/N such as 2/8, or auto or auto/N in a Slurm array or an indexed Kubernetes Job";

/** The numbers that a scheduler gives its tasks; undefined where it gave none. */
export type TaskEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * What `--shard` says.
 *
 * `I/N` is the I-th of N parts. `auto` takes both from the scheduler, `auto/N` only I: of a Slurm array
 * (SLURM_ARRAY_TASK_ID from _MIN on in steps of _STEP, _COUNT), or of an indexed Kubernetes Job (JOB_COMPLETION_INDEX,
 * from 0), which does not tell how many there are.
 *
 * @param environment - of the process.
 * @throws {UsageError} If it is none of these, or the scheduler's numbers are not there or make no shard.
 */
export function parseShard(text: string, environment: TaskEnvironment): Shard {
  const given = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  if (given) return checkedShard(Number(given[1]), Number(given[2]));
  const automatic = /^auto(?:\/(\d{1,9}))?$/.exec(text);
  if (!automatic) throw new UsageError(`--shard ${text} is none: ${expected}`);
  const count = automatic[1] === undefined ? null : Number(automatic[1]);
  for (const taskOf of schedulers) {
    const task = taskOf(environment);
    if (task) return shardOf(task, count);
  }
  throw new UsageError(
    `--shard ${text} needs SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX, which are not set: ${expected}`,
  );
}

/** @throws {UsageError} If an option is given that a part of the layers can't have. @param given - by option. */
export function requireAllowed(given: Readonly<Record<string, boolean | undefined>>): void {
  for (const [option, isGiven] of Object.entries(given)) {
    if (isGiven) throw new UsageError(`${option} needs all layers: leave out --shard`);
  }
}

/** What becomes of a part of an analysis, at the end of a sentence; nothing for a whole one. */
export function partText(shard: Shard | undefined): string {
  return shard ? `, shard ${shard.index} of ${shard.count}: marchenko merge makes one result of all` : "";
}

/** A task of an array job: which it is, from 1, and how many there are, null where that is not told. */
interface Task {
  readonly title: string;
  readonly index: number;
  readonly count: number | null;
}

/** @source sbatch manual, "Output environment variables". */
function slurmTask(environment: TaskEnvironment): Task | null {
  const id = wholeNumber("SLURM_ARRAY_TASK_ID", environment);
  if (id === null) return null;
  const first = wholeNumber("SLURM_ARRAY_TASK_MIN", environment) ?? 0;
  const step = wholeNumber("SLURM_ARRAY_TASK_STEP", environment) || 1;
  return {
    title: `task ${id} of a Slurm array that begins at ${first}`,
    index: (id - first) / step + 1,
    count: wholeNumber("SLURM_ARRAY_TASK_COUNT", environment),
  };
}

/** @source Kubernetes documentation, "Jobs", completion mode. */
function kubernetesTask(environment: TaskEnvironment): Task | null {
  const index = wholeNumber("JOB_COMPLETION_INDEX", environment);
  return index === null ? null : { title: `completion ${index} of a Job`, index: index + 1, count: null };
}

const schedulers = [slurmTask, kubernetesTask];

function wholeNumber(name: string, environment: TaskEnvironment): number | null {
  const text = environment[name];
  if (text === undefined || text === "") return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${name} is no whole number: ${text}`);
}

function shardOf({ title, index, count: told }: Task, wanted: number | null): Shard {
  const count = wanted ?? told;
  if (count === null) {
    throw new UsageError(`${title} does not tell how many there are: give --shard auto/N`);
  }
  if (told !== null && told !== count) {
    throw new UsageError(
      `--shard auto/${wanted} does not fit ${title} with ${told} tasks: give --shard auto`,
    );
  }
  if (!Number.isInteger(index) || index > count) {
    throw new UsageError(`${title} is none of ${count} evenly spaced ones: give --shard I/N yourself`);
  }
  return checkedShard(index, count);
}

function checkedShard(index: number, count: number): Shard {
  const shard = { index, count };
  requireShard(shard);
  return shard;
}
