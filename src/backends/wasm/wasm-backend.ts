import type { Program } from "../../autodiff/program.ts";
import { type Shape, sizeOf } from "../../autodiff/shape.ts";
import { UsageError } from "../../errors.ts";
import { bestVariant, type KernelVariant, runsVariant } from "../../kernels/kernels.ts";
import { contractionScratchBytes } from "../../kernels/run-contraction.ts";
import { compileTrainingKernels, trainingKernels } from "../../kernels/training-kernels.ts";
import type { Backend, Feed, Plan, Tensor } from "../backend.ts";
import { entriesOf } from "../feed.ts";
import { bind } from "./bind.ts";
import { compileProgram, type WasmTensor } from "./compile.ts";
import { productsOf } from "./emit.ts";
import { type Helpers, startHelpers } from "./helpers.ts";
import type { Instruction } from "./instruction.ts";
import { wasmMemory } from "./memory.ts";
import { type ProfileRow, profileBy } from "./profile.ts";
import { sharedAreas } from "./shared-areas.ts";

/** How a {@link wasmBackend} works. */
export interface WasmBackendOptions {
  /** Threads, the caller's among them: 1 by default. One where memory can't be shared. */
  readonly threads?: number;
  /** The fastest that this machine runs by default; "plain" gives the same bits on all machines. */
  readonly variant?: KernelVariant;
  /** Seconds, from any start: plans then tell by `profile()` where their time goes. */
  readonly clock?: () => number;
}

/** A plan that may tell where its time goes. */
export interface WasmPlan extends Plan {
  /** The dearest first; nothing without a clock. */
  profile(): ProfileRow[];
}

/** A backend in WebAssembly. */
export interface WasmBackend extends Backend {
  compile(program: Program, state: ReadonlyMap<string, Tensor>): Promise<WasmPlan>;
}

/**
 * Runs programs in float32 by WebAssembly SIMD kernels, on threads that share one memory.
 *
 * Results have the same bits for any number of threads.
 *
 * @throws {UsageError} If this machine has no WebAssembly SIMD, or not the variant asked for.
 */
export async function wasmBackend({
  threads: wanted = 1,
  variant: asked,
  clock,
}: WasmBackendOptions = {}): Promise<WasmBackend> {
  const variant = asked ?? bestVariant();
  if (!variant || !runsVariant(variant)) {
    throw new UsageError(
      `this machine doesn't run ${asked ? `the ${asked} kernels` : "WebAssembly SIMD"}; Node 20 needs --experimental-wasm-relaxed-simd for the relaxed ones`,
    );
  }
  if (!Number.isInteger(wanted) || wanted < 1) throw new UsageError(`threads must be >= 1, not ${wanted}`);
  const threads = typeof SharedArrayBuffer === "undefined" ? 1 : wanted;
  const memory = wasmMemory(threads > 1);
  const areas = sharedAreas(memory);
  const contraction = memory.take(contractionScratchBytes(threads));
  const kernels = trainingKernels(variant, memory.memory);
  const helpers: Helpers | null =
    threads > 1 ? await startHelpers(threads, memory.memory, variant, compileTrainingKernels(variant)) : null;
  const tensors = new Set<WasmTensor>();
  const own = (tensor: Tensor): WasmTensor => {
    if (!tensors.has(tensor as WasmTensor)) throw new RangeError("this tensor is none of this backend's");
    return tensor as WasmTensor;
  };
  let nextId = 0;
  let isDisposed = false;
  let turn: Promise<unknown> = Promise.resolve();
  let inLine = 0;
  /** One run at a time: all use the same threads and areas. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    inLine++;
    const next = turn.then(run).finally(() => {
      inLine--;
    });
    turn = next.catch(() => {});
    return next;
  };

  return {
    name: `wasm-${variant}, ${threads} thread${threads > 1 ? "s" : ""}`,
    alloc(shape: Shape) {
      const tensor: WasmTensor = { shape, address: memory.take(sizeOf(shape) * 4) };
      tensors.add(tensor);
      return tensor;
    },
    free(tensor) {
      memory.give(own(tensor).address);
      tensors.delete(tensor as WasmTensor);
    },
    write(tensor, entries) {
      const { address, shape } = own(tensor);
      const count = sizeOf(shape);
      if (entries.length !== count) {
        throw new RangeError(`a tensor of ${count} entries can't take ${entries.length}`);
      }
      memory.float32(address, count).set(entries);
    },
    read: (tensor) => inTurn(async () => memory.float32(own(tensor).address, sizeOf(tensor.shape)).slice()),
    async compile(program, state): Promise<WasmPlan> {
      if (isDisposed) throw new RangeError("the backend was disposed of");
      for (const tensor of state.values()) own(tensor);
      const compiled = compileProgram(program, state, memory, areas, contraction, threads);
      const { instructions, inputs, outputs, release } = compiled;
      const id = nextId++;
      const profile = clock ? profileBy(clock) : null;
      const member = { kernels, areas: instructions.areas, rank: 0, size: threads };
      const steps = instructions.list.map((instruction) => {
        const run = bind(instruction, member);
        return {
          waits: instruction.waits,
          run: profile ? profile.timed(instruction.label, operationsOf(instruction), run) : run,
        };
      });
      helpers?.send(id, instructions);
      let round: number | null = null;
      const pass = (): void => {
        round = helpers?.passSoon() ?? null;
      };
      const passTimed = profile && helpers ? profile.timed("wait for threads", 0, pass) : pass;
      const execute = async (): Promise<void> => {
        helpers?.start(id);
        for (const { waits, run } of steps) {
          if (waits) {
            passTimed();
            if (round !== null) await helpers!.passLater(round);
          }
          run();
        }
        passTimed();
        if (round !== null) await helpers!.passLater(round);
      };
      let isOver = false;
      return {
        run: (feed: Feed, read = Array.from(outputs.keys())) =>
          inTurn(async () => {
            if (isOver || isDisposed) throw new RangeError("the plan was disposed of");
            for (const name of Object.keys(feed)) {
              if (!inputs.has(name)) throw new RangeError(`the program has no input ${name}`);
            }
            const given = Array.from(inputs.values(), (input) => ({
              ...input,
              entries: entriesOf(input.value, feed),
            }));
            for (const { address, entries } of given) memory.float32(address, entries.length).set(entries);
            await execute();
            return Object.fromEntries(
              read.map((name) => {
                const output = outputs.get(name);
                if (!output) throw new RangeError(`the program has no output ${name}`);
                return [name, memory.float32(output.address, output.count).slice()];
              }),
            );
          }),
        profile: () => profile?.rows() ?? [],
        dispose() {
          if (isOver) return;
          isOver = true;
          if (isDisposed) return;
          // What runs now, or is in line, may use them.
          if (inLine > 0) void inTurn(async () => release());
          else release();
          helpers?.send(id, null);
        },
      };
    },
    async dispose() {
      if (isDisposed) return;
      isDisposed = true;
      await turn;
      await helpers?.close();
    },
  };
}

function operationsOf(instruction: Instruction): number {
  return instruction.kind === "contraction" ? 2 * productsOf(instruction.plan) : 0;
}
