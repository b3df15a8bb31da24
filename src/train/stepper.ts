import type { Program } from "../autodiff/program.ts";
import type { Backend, Feed } from "../backends/backend.ts";
import type { Traced } from "../models/model.ts";
import { activity, meanOf } from "./evaluate.ts";
import { blockMeters } from "./meters.ts";
import type { MetricsLine } from "./metrics-log.ts";
import type { TapEntries } from "./observer.ts";
import { dataOf, stepInputs } from "./step-inputs.ts";
import type { StepProgram, Updating } from "./step-program.ts";
import { tapValues } from "./taps.ts";
import type { TrainableModel } from "./trainable.ts";
import type { RunState } from "./weights.ts";

/** What a step is told of itself, before its update. */
export type Measured = Omit<MetricsLine, "step" | "split">;

/** A model that is trained step by step. */
export interface Stepper {
  /** Makes a step. @returns the batch's loss before it. */
  step(step: number, data: Feed): Promise<number>;
  /** Makes the same step and measures it: that costs more. */
  measuredStep(step: number, data: Feed): Promise<Measured>;
  /** Values inside the model, on a batch, by the names of {@link tapValues}; nothing is updated. */
  taps(names: readonly string[], step: number, data: Feed): Promise<Record<string, TapEntries>>;
  dispose(): void;
}

/**
 * Compiles the two plans of training: most steps run the one that measures nothing. The larger one comes first, so that
 * the other works in its memory.
 *
 * @param program - of the traced model.
 * @param state - its parameters, and what its optimiser keeps.
 */
export async function stepper(
  backend: Backend,
  state: RunState,
  model: Pick<TrainableModel, "activityOf">,
  traced: Traced,
  program: StepProgram,
  { rate }: Pick<Updating, "rate">,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
): Promise<Stepper> {
  const { updates, loss, gradientNorm, scheduled } = program;
  const meters = blockMeters(traced, batchSize, model.activityOf);
  const ready = async (each: Program) => {
    const plan = await backend.compile(each, state);
    const inputs = stepInputs(each, traced, scheduled, seed);
    const data = dataOf(each, traced);
    return {
      run: (step: number, feed: Feed) => plan.run({ ...data(feed), ...inputs(step) }),
      dispose: () => plan.dispose(),
    };
  };
  const measured: Record<string, Program["outputs"][string]> = {};
  for (const [i, meter] of meters.entries()) {
    measured[`active.${i}`] = meter.activatedRatio;
    measured[`flat.${i}`] = meter.derivativeSparsity;
  }
  // What is measured of activations is computed before the gradients: it need not keep them until then.
  Object.assign(measured, { loss, accuracy: traced.accuracy, gradientNorm });
  const metered = await ready({ outputs: measured, updates });
  const plain = await ready({ outputs: { loss }, updates });
  const opened = [plain, metered];
  const tapPlans = new Map<string, typeof plain & { readonly outputs: Program["outputs"] }>();
  return {
    step: async (step, data) => (await plain.run(step, data)).loss![0]!,
    async measuredStep(step, data) {
      const read = await metered.run(step, data);
      const shares = (what: string) => meters.map((_, i) => meanOf(read[`${what}.${i}`]!)!);
      return {
        loss: read.loss![0]!,
        accuracy: read.accuracy![0]!,
        ...activity(
          meters.map(({ block }) => block),
          shares("active"),
          shares("flat"),
        ),
        gradientNorm: read.gradientNorm![0]!,
        learningRate: rate(step),
      };
    },
    async taps(names, step, data) {
      const key = JSON.stringify(names);
      let plan = tapPlans.get(key);
      if (!plan) {
        const outputs = tapValues(traced, names);
        plan = { ...(await ready({ outputs })), outputs };
        tapPlans.set(key, plan);
        opened.push(plan);
      }
      const read = await plan.run(step, data);
      const { outputs } = plan;
      return Object.fromEntries(
        names.map((name) => [name, { shape: outputs[name]!.shape, data: read[name]! }]),
      );
    },
    dispose() {
      for (const plan of opened) plan.dispose();
    },
  };
}
