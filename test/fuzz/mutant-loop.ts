import { appendFileSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { mutantOf } from "./mutants.ts";

/** What is to be read: mutants `first` to `last` of the files in a folder. */
export interface Job {
  readonly title: string;
  readonly folder: string;
  /** The file to open first. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly first: number;
  readonly last: number;
}

/** That they were read. */
export interface Done {
  /** Format of the undamaged file; null where that is refused. */
  readonly format: string | null;
}

/**
 * Opens files in a folder and reads all that is in them.
 *
 * @param round - of the mutant; -1 for the undamaged files.
 * @returns the format; null where they are refused as they should be. Anything thrown is a fault.
 */
export type ReadFiles = (folder: string, entry: string, round: number) => Promise<string | null>;

/** What a mutant did that none may do. */
export interface RoundFault {
  readonly round: number;
  readonly what: string;
}

/** What a mutant may take beyond what the process had before. */
export const most = { seconds: 2, bytes: 200e6 };

/** The process's own peak since it was last asked, where Linux tells it; else what it holds now. */
function peakBytes(): number {
  try {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))![1];
    writeFileSync("/proc/self/clear_refs", "5");
    return 1024 * Number(peak);
  } catch {
    return process.memoryUsage.rss();
  }
}

/** Processor time: on a busy machine the clock would tell of others. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function readJob(job: Job, read: ReadFiles, journal: Journal): Promise<Done> {
  const { title, seed, names } = job;
  const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(job.folder, name)))]));
  const place = join(process.cwd(), "mutant");
  await rm(place, { recursive: true, force: true });
  await mkdir(place);
  const readThese = async (these: ReadonlyMap<string, Uint8Array>, round: number) => {
    for (const [name, bytes] of these) writeFileSync(join(place, name), bytes);
    return read(place, names[0]!, round);
  };
  // What the first read loads, tables and libraries, is of the process, not of a mutant.
  const format = await readThese(files, -1);
  peakBytes();
  const base = process.memoryUsage.rss();
  for (let round = job.first; round < job.last; round++) {
    const mutant = mutantOf(files, seed, title, round);
    const start = cpuSeconds();
    journal.now(`${round} ${start} ${base}`);
    try {
      await readThese(mutant, round);
    } catch (error) {
      journal.fault({ round, what: error instanceof Error ? `${error.stack}` : `threw ${String(error)}` });
    }
    const [seconds, bytes] = [cpuSeconds() - start, peakBytes() - base];
    if (seconds > most.seconds) journal.fault({ round, what: `took ${seconds} s of processor time` });
    if (bytes > most.bytes) journal.fault({ round, what: `took ${bytes / 1e6} MB of memory` });
  }
  journal.now("");
  const others = (await readdir(process.cwd())).filter((name) => name !== "mutant");
  if (others.length > 0) journal.fault({ round: job.first, what: `or a later one wrote ${others}` });
  return { format };
}

/** What whoever watches is told by files, which a process that ends at once leaves as they are. */
interface Journal {
  /** The mutant that is read, when that began in seconds of processor time, and what the process held before. */
  now(line: string): void;
  fault(fault: RoundFault): void;
}

/**
 * Reads the mutants of every job that the parent process sends, in the current folder.
 *
 * @param folder - where it writes which mutant it reads (`now`), and what was wrong with some (`faults`, JSON lines).
 */
export function answerJobs(folder: string, read: ReadFiles): void {
  const now = openSync(join(folder, "now"), "w");
  const journal: Journal = {
    now: (line) => writeSync(now, line.padEnd(80), 0),
    fault: (fault) => appendFileSync(join(folder, "faults"), `${JSON.stringify(fault)}\n`),
  };
  process.on("disconnect", () => process.exit());
  process.on("message", (job: Job) => {
    readJob(job, read, journal).then((done) => process.send!(done));
  });
}
