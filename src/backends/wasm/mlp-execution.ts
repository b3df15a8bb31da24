import { input, parameter } from "../../autodiff/leaves.ts";
import { add } from "../../autodiff/ops/add.ts";
import type { Value } from "../../autodiff/value.ts";
import { UsageError } from "../../errors.ts";
import { bestVariant, type KernelVariant, runsVariant } from "../../kernels/kernels.ts";
import { trainingKernels } from "../../kernels/training-kernels.ts";
import { bind } from "./bind.ts";
import { compileProgram, type WasmTensor } from "./compile.ts";
import { wasmMemory } from "./memory.ts";
import { sharedAreas } from "./shared-areas.ts";
import { type Weight, type WeightSpace, weightMatrix, weightSpace } from "./weight-matrix.ts";

/**
 * Share of active neurons above which the product with V is dense: there both take as long for a single token, and for
 * many there is little to gain (`reports/sparse-execution.md`).
 */
export const mostActiveShare = 0.5;

/** Rows that are worked on at once: the dense product packs the weights for each such part. */
const mostRows = 512;
/** Numbers of rows for which a plan is kept. */
const mostPlans = 4;

/** An MLP block Z = sigma(X K' + b_K) V' + b_V. */
export interface MlpWeights {
  /** K, from d inputs to n neurons. */
  readonly key: Weight;
  /** b_K, n entries; null for none. */
  readonly keyBias: ArrayLike<number> | null;
  /** sigma, entry by entry: `apply` of an activation function. */
  readonly activate: (preActivations: Value) => Value;
  /** V, from n neurons to the block's outputs. */
  readonly value: Weight;
  /** b_V; null for none. */
  readonly valueBias: ArrayLike<number> | null;
}

/** How a block is executed. */
export interface MlpExecutionOptions {
  /** The fastest that this machine runs by default; "plain" gives the same bits on all machines. */
  readonly variant?: KernelVariant | undefined;
  /** Seconds, from any start: runs then tell what each part took. */
  readonly clock?: (() => number) | undefined;
}

/** Whether inactive neurons are skipped. */
export type MlpWay = "dense" | "skipping";

/** Seconds of the parts of a run. */
export interface MlpSeconds {
  /** The product with K. */
  key: number;
  /** b_K and sigma. */
  activation: number;
  /** Listing the active neurons. */
  list: number;
  /** The product with V. */
  value: number;
  /** b_V. */
  bias: number;
}

/** What a run gives. */
export interface MlpRun {
  /** Z, row-major. */
  readonly output: Float32Array;
  /** Share of activations that are not zero; null where they were not counted: in a dense run, or without tokens. */
  readonly activeShare: number | null;
  /** Tokens for which inactive neurons were skipped. */
  readonly skippedRows: number;
  /** All zeros without a clock. */
  readonly seconds: Readonly<MlpSeconds>;
}

/** A block that is ready to run. */
export interface MlpExecution {
  /**
   * Computes Z for some tokens.
   *
   * @param x - X, row-major, [T, d] for any T >= 0; T = 1 is a step of decoding.
   * @param way - by default inactive neurons are skipped unless more than {@link mostActiveShare} are active. Either way
   *   gives the same bits.
   * @throws {RangeError} If x is no whole number of rows.
   */
  run(x: ArrayLike<number>, way?: MlpWay): MlpRun;
}

/**
 * Prepares an MLP block for inference that skips inactive neurons, on one thread and in a memory of its own.
 *
 * A neuron j is inactive for a token i where its activation a_ij is zero: its vector v_j, a column of V, is then not read.
 * The product with K is dense, since what is active is not known before. Where V is not finite, nothing is skipped: 0
 * times infinity is NaN.
 *
 *     z_i = sum over j with a_ij != 0 of a_ij v_j + b_V
 *
 * @throws {RangeError} If weights have another number of entries than their sizes say; {UsageError} If this machine has no
 *   WebAssembly SIMD, or not the variant asked for.
 */
export function mlpExecution(
  weights: MlpWeights,
  { variant: asked, clock = () => 0 }: MlpExecutionOptions = {},
): MlpExecution {
  const variant = asked ?? bestVariant();
  if (!variant || !runsVariant(variant)) {
    throw new UsageError(
      `this machine doesn't run ${asked ? `the ${asked} kernels` : "WebAssembly SIMD"}; Node 20 needs --experimental-wasm-relaxed-simd for the relaxed ones`,
    );
  }
  check(weights);
  const memory = wasmMemory(false);
  const space = weightSpace(trainingKernels(variant, memory.memory), memory);
  const planFor = blockPlans(space, weights);
  const maySkip = Array.prototype.every.call(weights.value.entries, Number.isFinite);
  const { inputs: width, outputs: neurons } = weights.key;
  const { outputs } = weights.value;
  const plans = new Map<number, BlockPlan>();
  const planOf = (rows: number): BlockPlan => {
    const plan = plans.get(rows) ?? planFor(rows);
    // The last used comes last; the first one goes.
    plans.delete(rows);
    plans.set(rows, plan);
    const [oldest] = plans;
    if (plans.size > mostPlans && oldest) {
      plans.delete(oldest[0]);
      oldest[1].release();
    }
    return plan;
  };

  return {
    run(x, way) {
      const rows = x.length / width;
      if (!Number.isInteger(rows)) {
        throw new RangeError(`tokens of ${width} entries can't be ${x.length} entries in all`);
      }
      const entries = x instanceof Float32Array ? x : Float32Array.from(x);
      const output = new Float32Array(rows * outputs);
      const seconds: MlpSeconds = { key: 0, activation: 0, list: 0, value: 0, bias: 0 };
      const timed = <T>(part: keyof MlpSeconds, work: () => T): T => {
        const start = clock();
        const result = work();
        seconds[part] += clock() - start;
        return result;
      };
      let active: number | null = way === "dense" || !maySkip || rows === 0 ? null : 0;
      let skippedRows = 0;
      for (let first = 0; first < rows; first += mostRows) {
        const count = Math.min(mostRows, rows - first);
        const plan = planOf(count);
        memory.float32(plan.x, count * width).set(entries.subarray(first * width, (first + count) * width));
        timed("key", plan.key.dense);
        timed("activation", plan.activation.run);
        const listed = active === null ? null : timed("list", plan.value.list);
        const skips = listed !== null && (way === "skipping" || listed <= mostActiveShare * count * neurons);
        timed("value", skips ? plan.value.listed : plan.value.dense);
        timed("bias", plan.output.run);
        output.set(memory.float32(plan.output.to, count * outputs), first * outputs);
        if (listed !== null) active = active! + listed;
        if (skips) skippedRows += count;
      }
      return {
        output,
        activeShare: active === null ? null : active / (rows * neurons),
        skippedRows,
        seconds,
      };
    },
  };
}

type BlockPlan = ReturnType<ReturnType<typeof blockPlans>>;

/** What a number of rows takes: products, programs and their areas. */
function blockPlans(space: WeightSpace, { key, keyBias, activate, value, valueBias }: MlpWeights) {
  const { kernels, memory, contraction } = space;
  const areas = sharedAreas(memory);
  const keyMatrix = weightMatrix(space, key);
  const valueMatrix = weightMatrix(space, value);
  const state = new Map<string, WasmTensor>();
  const addBias = (name: string, bias: ArrayLike<number> | null): ((x: Value) => Value) => {
    if (!bias) return (x) => x;
    const shape = [bias.length];
    const address = memory.take(4 * bias.length);
    memory.float32(address, bias.length).set(bias);
    state.set(name, { shape, address });
    return (x) => add(x, parameter(name, shape));
  };
  const addKeyBias = addBias("keyBias", keyBias);
  const addValueBias = addBias("valueBias", valueBias);

  /** A program of one array: where it takes it and where it leaves it. */
  const compile = (rows: number, columns: number, program: (x: Value) => Value) => {
    const outputs = { y: program(input("x", [rows, columns])) };
    const compiled = compileProgram({ outputs }, state, memory, areas, contraction, 1);
    const member = { kernels, areas: compiled.instructions.areas, rank: 0, size: 1 };
    const steps = compiled.instructions.list.map((instruction) => bind(instruction, member));
    return {
      from: compiled.inputs.get("x")!.address,
      to: compiled.outputs.get("y")!.address,
      run: () => {
        for (const step of steps) step();
      },
      release: compiled.release,
    };
  };

  return (rows: number) => {
    const x = memory.take(4 * rows * key.inputs);
    const scratch = memory.take(Math.max(keyMatrix.scratchBytes(rows), valueMatrix.scratchBytes(rows)));
    const activation = compile(rows, key.outputs, (p) => activate(addKeyBias(p)));
    const output = compile(rows, value.outputs, addValueBias);
    return {
      x,
      key: keyMatrix.product(rows, x, activation.from, scratch),
      activation,
      value: valueMatrix.product(rows, activation.to, output.from, scratch),
      output,
      release() {
        activation.release();
        output.release();
        memory.give(scratch);
        memory.give(x);
      },
    };
  };
}

function check({ key, keyBias, value, valueBias }: MlpWeights): void {
  const expectEntries = (what: string, entries: ArrayLike<number> | null, count: number): void => {
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(`${what} must have whole sizes >= 1, not ${count} entries`);
    }
    if (entries && entries.length !== count) {
      throw new RangeError(`${what} must have ${count} entries, not ${entries.length}`);
    }
  };
  expectEntries("the key matrix", key.entries, key.inputs * key.outputs);
  expectEntries("the key bias", keyBias, key.outputs);
  expectEntries("the value matrix", value.entries, value.inputs * value.outputs);
  expectEntries("the value bias", valueBias, value.outputs);
  if (value.inputs !== key.outputs) {
    throw new RangeError(
      `a value matrix of ${value.inputs} neurons doesn't fit a key matrix of ${key.outputs}`,
    );
  }
}
