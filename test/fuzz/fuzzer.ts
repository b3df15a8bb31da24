import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Done, type Job, most, type RoundFault } from "./mutant-loop.ts";
import type { Original } from "./originals.ts";

/** A mutant that did what none may do. */
export interface Fault extends RoundFault {
  readonly title: string;
}

export interface Fuzzed {
  /** Format of the undamaged file; null where that is refused. */
  readonly format: string | null;
  readonly faults: readonly Fault[];
}

/** How a job was done, or at which mutant the process ended, or was ended. */
interface Answer {
  readonly done?: Done;
  readonly ended?: RoundFault;
}

/** The name of a file that the reference cases' hostile code would make. */
const CANARY = "ckpt_canary_pwned";

/** Mutants that one process reads: then a new one starts, so that what is left of some is not held against others. */
const MOST_OF_ONE = 4000;
/** Milliseconds between two looks at the process. */
const LOOK = 100;
/** Seconds without a sign of life after which a process that takes no processor time either waits for ever. */
const STUCK = 120;

const reader = fileURLToPath(new URL("./read-mutants.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");

/** Has damaged files read by processes of their own, and watches these from outside. */
export class Fuzzer {
  readonly #root = mkdtempSync(join(tmpdir(), "marchenko-fuzz-"));
  readonly #cwd = join(this.#root, "cwd");
  readonly #journal = join(this.#root, "journal");
  readonly #program: string;
  #child: ChildProcess | null = null;
  #read = 0;
  #cases = 0;

  /** @param program - what the processes run; the package's reading when not given. */
  constructor(program = reader) {
    this.#program = program;
    mkdirSync(this.#cwd);
    mkdirSync(this.#journal);
  }

  /** Reads mutants `first` to `last` of an original. */
  async fuzz({ title, files }: Original, seed: number, first: number, last: number): Promise<Fuzzed> {
    const folder = join(this.#root, String(this.#cases++));
    mkdirSync(folder);
    const original = await files();
    for (const [name, bytes] of original) writeFileSync(join(folder, name), bytes);
    const faults: Fault[] = [];
    let format: string | null = null;
    for (let next = first; next < last; ) {
      const job = { title, folder, names: [...original.keys()], seed, first: next, last };
      const { done, ended } = await this.#give(job);
      if (done) format = done.format;
      const found = [...this.#takeFaults(), ...(ended ? [ended] : [])];
      faults.push(...found.map((fault) => ({ title, ...fault })));
      next = ended ? ended.round + 1 : last;
    }
    rmSync(folder, { recursive: true });
    for (const place of [this.#cwd, this.#root, tmpdir(), homedir(), process.cwd(), dirname(process.cwd())]) {
      if (existsSync(join(place, CANARY)))
        faults.push({ title, round: first, what: `${CANARY} is in ${place}` });
    }
    return { format, faults };
  }

  close(): void {
    this.#end();
    rmSync(this.#root, { recursive: true, force: true });
  }

  #end(): void {
    this.#child?.removeAllListeners();
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }

  /** What the process wrote of faults since it was last asked. */
  #takeFaults(): RoundFault[] {
    const path = join(this.#journal, "faults");
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, "utf8").trim().split("\n");
    rmSync(path);
    return lines.map((line) => JSON.parse(line) as RoundFault);
  }

  #start(): ChildProcess {
    this.#read = 0;
    writeFileSync(join(this.#journal, "now"), "");
    return fork(this.#program, [this.#journal], {
      cwd: this.#cwd,
      execArgv: ["--max-old-space-size=200", "--import", tsx],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
  }

  /** Gives a job to the process, and watches it. */
  #give(job: Job): Promise<Answer> {
    if (this.#read > MOST_OF_ONE) this.#end();
    this.#child ??= this.#start();
    const child = this.#child;
    this.#read += job.last - job.first;
    return new Promise((resolve) => {
      const now = join(this.#journal, "now");
      let said = "";
      const hear = (chunk: Buffer) => {
        said = (said + chunk).slice(-2000);
      };
      const sign = { at: "", since: performance.now() };
      const finish = (result: Answer) => {
        clearInterval(look);
        child.removeAllListeners();
        child.stderr!.off("data", hear);
        if (result.ended) this.#end();
        resolve(result);
      };
      const endBy = (what: string) => {
        const round = Math.max(job.first, Number(lineOf(now).split(" ")[0] ?? 0));
        finish({ ended: { round, what } });
      };
      const look = setInterval(() => {
        const line = lineOf(now);
        const use = useOf(child.pid!);
        if (line !== sign.at) Object.assign(sign, { at: line, since: performance.now() });
        if (performance.now() - sign.since > 1000 * STUCK) endBy(`gave no sign for ${STUCK} s`);
        if (!line || !use) return;
        const [, start, base] = line.split(" ").map(Number);
        // The kernel's count of this process may be a hundredth of a second behind the process's own.
        if (use.seconds - start! > most.seconds + 0.1) endBy(`took over ${most.seconds} s of processor time`);
        else if (use.bytes - base! > most.bytes) endBy(`took over ${most.bytes / 1e6} MB of memory`);
      }, LOOK);
      child.stderr!.on("data", hear);
      child.once("exit", (code, signal) => endBy(`ended the process (${code ?? signal}): ${said}`));
      child.once("message", (done: Done) => finish({ done }));
      child.send(job);
    });
  }
}

/** What a process says of the mutant that it reads; "" before the first and after the last. */
function lineOf(now: string): string {
  return readFileSync(now, "utf8").trim();
}

/** Processor time and resident memory of a process, where Linux tells them. */
function useOf(pid: number): { seconds: number; bytes: number } | null {
  try {
    // The name, in brackets, may hold spaces; times are in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { seconds: (Number(fields[11]) + Number(fields[12])) / 100, bytes: 4096 * Number(fields[21]) };
  } catch {
    return null;
  }
}
