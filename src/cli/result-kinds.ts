import type { z } from "zod";
import type { FinishedRun } from "./next-step.ts";
import type { Text } from "./outputs.ts";

/** How results of one kind are written, by the name of the format. */
export type Renderers<Result> = Readonly<
  Record<string, (result: Result, finished?: FinishedRun) => Text | Promise<Text>>
>;

/** A kind of saved result: what it is called, how it is checked, how it is written. */
export interface ResultKind {
  /** `type` of the result. */
  readonly type: string;
  /** What it is, for sentences. */
  readonly noun: string;
  /** The command that writes it. */
  readonly command: string;
  /** Loads its schema and its renderers: no command but `report` needs those of all kinds. */
  load(): Promise<{ readonly schema: z.ZodType; readonly renderers: Renderers<never> }>;
}

/** Every kind of result that `marchenko report` renders again; the first is the usual one. */
export const resultKinds: readonly ResultKind[] = [
  {
    type: "analysis",
    noun: "an analysis",
    command: "analyze MODEL -o run.json",
    load: async () => ({
      schema: (await import("../analysis/result.ts")).analysisResultSchema,
      renderers: (await import("./outputs.ts")).renderers,
    }),
  },
  {
    type: "comparison",
    noun: "a comparison",
    command: "compare A B -o",
    load: async () => ({
      schema: (await import("../comparison/result.ts")).comparisonResultSchema,
      renderers: (await import("./comparison-renderers.ts")).comparisonRenderers,
    }),
  },
  {
    type: "gate",
    noun: "what a gate found",
    command: "gate RESULT.json -o",
    load: async () => ({
      schema: (await import("../gate/result.ts")).gateResultSchema,
      renderers: (await import("./gate-renderers.ts")).gateRenderers,
    }),
  },
  {
    type: "selftest",
    noun: "a self-test",
    command: "selftest -o",
    load: async () => ({
      schema: (await import("../selftest/result.ts")).selftestResultSchema,
      renderers: (await import("./selftest-renderers.ts")).selftestRenderers,
    }),
  },
  {
    type: "measurement",
    noun: "a measurement",
    command: "measure CHECKPOINT -o",
    load: async () => ({
      schema: (await import("../measure/result.ts")).measurementResultSchema,
      renderers: (await import("./measurement-renderers.ts")).measurementRenderers,
    }),
  },
  {
    type: "noise",
    noun: "a result of gradient noise",
    command: "noise CHECKPOINT -o",
    load: async () => ({
      schema: (await import("../noise/result.ts")).noiseResultSchema,
      renderers: (await import("./noise-renderers.ts")).noiseRenderers,
    }),
  },
  {
    type: "experiment",
    noun: "an experiment",
    command: "experiment NAME --out",
    load: async () => ({
      schema: (await import("../experiments/result.ts")).experimentResultSchema,
      renderers: (await import("./experiment-renderers.ts")).experimentRenderers,
    }),
  },
];
