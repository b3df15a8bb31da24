import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** What a process tree and the machine have used, as Linux counts it; null on other systems. */
export interface CpuUse {
  /** Seconds of processor time of this process and all that it started, ended ones included. */
  readonly own: number;
  /** Seconds of processor time of everything on the machine. */
  readonly machine: number;
}

/** A program that ran to its end. */
export interface Run {
  /** From before its start to its exit. */
  readonly seconds: number;
  /** Peak resident memory of the whole tree; null where /proc is not there. */
  readonly peakBytes: number | null;
}

/** The kernel counts processor time in hundredths of a second. */
const ticksPerSecond = 100;

/** Milliseconds between two looks at the memory: often enough to miss no peak, at under 1 % of a core. */
const interval = 25;

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // not Linux, or the process has ended meanwhile
  }
}

/** A process and all its descendants. */
function treeOf(pid: number): number[] {
  const found = [pid];
  for (let next = 0; next < found.length; next++) {
    let threads: string[] = [];
    try {
      threads = readdirSync(`/proc/${found[next]}/task`);
    } catch {}
    for (const thread of threads) {
      const children = textOf(`/proc/${found[next]}/task/${thread}/children`) ?? "";
      found.push(...children.split(" ").filter(Boolean).map(Number));
    }
  }
  return found;
}

/** Processor time used so far; two looks tell what others took from a measurement in between. */
export function cpuUse(): CpuUse | null {
  const total = textOf("/proc/stat")?.split("\n", 1)[0];
  if (!total) return null;
  const [user, nice, system, , , irq, softirq, steal] = total.split(/\s+/).slice(1).map(Number);
  let own = 0;
  for (const pid of treeOf(process.pid)) {
    // The name, in brackets, may hold spaces; fields 14 to 17 are times of it and of its ended children.
    const fields =
      textOf(`/proc/${pid}/stat`)
        ?.replace(/^.*\) /s, "")
        .split(" ") ?? [];
    for (const time of fields.slice(11, 15)) own += Number(time);
  }
  const machine = user! + nice! + system! + irq! + softirq! + steal!;
  return { own: own / ticksPerSecond, machine: machine / ticksPerSecond };
}

/** Sum over a tree of each process's own peak: the peak of the tree for one process, a bound for several. */
function peakOf(pid: number): number {
  let bytes = 0;
  for (const each of treeOf(pid)) {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(textOf(`/proc/${each}/status`) ?? "")?.[1];
    bytes += 1024 * Number(peak ?? 0);
  }
  return bytes;
}

/**
 * Runs a program to its end, with time and peak memory of all its processes.
 *
 * @throws {Error} If it can't be started or ends with anything but 0; the message holds what it said.
 */
export function runMeasured(command: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    let peak = 0;
    const look = setInterval(() => {
      if (child.pid !== undefined) peak = Math.max(peak, peakOf(child.pid));
    }, interval);
    let seconds = 0;
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    child.on("exit", () => {
      seconds = (performance.now() - start) / 1000;
      clearInterval(look);
    });
    child.on("error", (error) => {
      clearInterval(look);
      reject(error);
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve({ seconds, peakBytes: peak || null });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}: ${said.trim()}`));
    });
  });
}
