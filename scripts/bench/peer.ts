import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A Python program beside this file that answers one line of JSON for each that it gets. */
export interface Peer {
  /** @throws {Error} If the peer answers with an error, or ends. */
  ask(request: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** What it says of itself: versions, BLAS, threads. */
  readonly info: Readonly<Record<string, unknown>>;
  /** Ends it, once it has answered. */
  close(): void;
}

/** Threads for both sides: what the acceptance table is stated for. */
export const threads = 2;

/** The environment of a peer: its BLAS free to choose the kernel that fits the processor, and `threads` threads. */
function peerEnvironment(): NodeJS.ProcessEnv {
  const {
    // Some machines set these for the sake of old versions of OpenBLAS; they slow a new one down.
    OPENBLAS_CORETYPE: _coreType,
    OPENBLAS_L2_SIZE: _cacheSize,
    ...rest
  } = process.env;
  const count = String(threads);
  return { ...rest, OPENBLAS_NUM_THREADS: count, OMP_NUM_THREADS: count, MKL_NUM_THREADS: count };
}

/**
 * Starts a peer.
 *
 * @param python - an interpreter that has what the script imports.
 * @param script - name of the file, beside this one.
 * @throws {Error} If it can't be started, or doesn't use the threads that it was given.
 */
export async function startPeer(python: string, script: string): Promise<Peer> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, [path], { env: peerEnvironment(), stdio: ["pipe", "pipe", "pipe"] });
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let said = "";
  let ended: Error | null = null;
  const end = (error: Error) => {
    ended ??= error;
    for (const each of waiting.splice(0)) each.reject(ended);
  };
  child.stderr.on("data", (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  child.stdin.on("error", () => {}); // the end of the process, reported below, says more
  child.on("error", end);
  child.on("close", (code) => end(new Error(`${python} ${script} ended with ${code}: ${said.trim()}`)));
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));

  const ask = async (request: Readonly<Record<string, unknown>>) => {
    const line = await new Promise<string>((resolve, reject) => {
      if (ended) return reject(ended);
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    const answer = JSON.parse(line) as Record<string, unknown>;
    if (answer.error) throw new Error(`${script}: ${answer.error}`);
    return answer;
  };
  const info = await ask({ op: "info" });
  if (info.threads !== threads) {
    child.kill();
    throw new Error(`${script} uses ${info.threads} threads instead of ${threads}: nothing would compare`);
  }
  return { ask, info, close: () => child.stdin.end() };
}

/** Starts a peer, or says on stderr why there is none. */
export async function startPeerIfAny(python: string | undefined, script: string): Promise<Peer | null> {
  if (!python) {
    console.error(`no Python for ${script}: its column stays empty`);
    return null;
  }
  return await startPeer(python, script);
}
