/** What a thread runs: where Node finds the module, and its text for browsers, that start it from memory. */
export interface ThreadProgram {
  readonly module: () => URL;
  readonly source: () => Promise<string>;
}

/** What its owner hears of a thread. */
export interface ThreadEvents {
  onMessage(message: unknown): void;
  /** The thread failed or ended by itself. */
  onEnd(why: string): void;
}

/** A thread beside this one. */
export interface Thread {
  post(message: unknown): void;
  terminate(): Promise<void>;
}

/** Whether threads are Node's own; a browser's otherwise. */
export const isNode = typeof process !== "undefined" && typeof process.versions?.node === "string";

/**
 * A maker of threads that run a program: worker threads in Node, Web Workers from a Blob URL in a browser, so that a
 * page opened from a file can start them too.
 */
export async function threadStarter(program: ThreadProgram): Promise<(events: ThreadEvents) => Thread> {
  return isNode ? nodeThreads(program.module()) : webThreads(await program.source());
}

async function nodeThreads(module: URL): Promise<(events: ThreadEvents) => Thread> {
  const { Worker: NodeWorker } = await import("node:worker_threads");
  // A thread inherits the options of its process, and Node refuses a file where `--input-type` was for the text of `-e`.
  const asText = process.execArgv.some((option) => option.startsWith("--input-type"));
  const program = asText ? `import(${JSON.stringify(module.href)})` : module;
  return ({ onMessage, onEnd }) => {
    // A small nursery saves some ten megabytes each; a smaller one is collected all the time while fits run.
    const worker = new NodeWorker(program, { eval: asText, resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    worker.on("message", onMessage);
    worker.on("error", (error) => onEnd(`a worker thread failed: ${error.message}`));
    worker.on("exit", (code) => onEnd(`a worker thread ended early, with code ${code}`));
    return {
      post: (message) => worker.postMessage(message),
      terminate: async () => void (await worker.terminate()),
    };
  };
}

function webThreads(source: string): (events: ThreadEvents) => Thread {
  return ({ onMessage, onEnd }) => {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(address);
    worker.onmessage = ({ data }) => onMessage(data);
    worker.onerror = ({ message }) => onEnd(`a worker failed: ${message}`);
    worker.onmessageerror = () => onEnd("a worker sent what can't be read");
    return {
      post: (message) => worker.postMessage(message),
      async terminate() {
        worker.terminate();
        URL.revokeObjectURL(address);
      },
    };
  };
}
