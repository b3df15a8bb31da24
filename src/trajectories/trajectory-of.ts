import { analyze } from "../analysis/analyze.ts";
import type { AnalyzeOptions, VectorsEvent } from "../analysis/analyze-options.ts";
import { mostVectors } from "../analysis/examine-matrix.ts";
import { type AnalysisInput, openSources } from "../analysis/open-sources.ts";
import type { AnalysisResult } from "../analysis/result.ts";
import { trajectories } from "../analysis/summarize.ts";
import type { MeasuredTrajectory } from "../analysis/trajectory-schemas.ts";
import { isRemote } from "../checkpoint/remote/address.ts";
import { UsageError } from "../errors.ts";
import { spikeFollower } from "./follow-spikes.ts";
import { layerOnsets } from "./layer-onsets.ts";
import { runMetrics } from "./run-metrics.ts";

export interface TrajectoryOptions extends AnalyzeOptions {
  /**
   * What was measured on data over the series; by default what a run has logged, where the input is its folder.
   * `activatedRatio` may have its errors beside it, as `activatedRatioStandardError`.
   */
  readonly measured?: readonly MeasuredTrajectory[];
}

/**
 * Analyses a series of checkpoints, and follows it: which spikes emerge and how their vectors drift, when spectra leave
 * the Marchenko-Pastur law, and when sparsity appears.
 *
 * The walk is that of `analyze`, whose result it adds to: `followedSpikes`, `onsets` and `measured`.
 *
 * @param input - a folder of checkpoints or of a run, or sources with ascending steps.
 * @returns the analysis with what was followed; the same bytes for any number of workers.
 * @throws {UsageError} If the input is no series of at least 2 checkpoints; otherwise as `analyze`.
 * @example
 * ```ts
 * import { randomStream, tensorOf, trajectoryOf } from "marchenko";
 * const model = (step) => {
 *   const stream = randomStream(1, ["noise"]);
 *   const data = Float32Array.from({ length: 64 * 128 }, () => stream.normal());
 *   // The first row grows.
 *   for (let j = 0; j < 64; j++) data[j] += step;
 *   return { id: `step-${step}`, step, tensors: () => [tensorOf("fc1.weight", [128, 64], data)] };
 * };
 * const { followedSpikes } = await trajectoryOf([model(0), model(4), model(8)]);
 * followedSpikes.map(({ bornAfter, firstStep, lastStep }) => [bornAfter, firstStep, lastStep]); // [[0, 4, 8]]
 * followedSpikes[0].drift.drifts; // false
 * ```
 */
export async function trajectoryOf(
  input: AnalysisInput,
  options: TrajectoryOptions = {},
): Promise<AnalysisResult> {
  const { measured: given, ...wanted } = options;
  const steps = await stepsOf(input, options);
  const follower = spikeFollower();
  const result = await analyze(input, {
    ...wanted,
    onVectors(event) {
      wanted.onVectors?.(event);
      const { marchenkoPastur } = event.result;
      if (marchenkoPastur) follower.add(momentOf(event, steps[event.place]!));
    },
  });
  const { checkpoints } = result;
  const last = checkpoints.at(-1)!;
  const logged =
    typeof input === "string" && !isRemote(input) && !given
      ? await runMetrics(input, last.layers)
      : { measured: given ?? [], warnings: [] };
  const order = new Map(
    checkpoints
      .flatMap(({ layers }) => layers)
      .map(({ layer }, index) => [layer, index] as const)
      .reverse(),
  );
  const followedSpikes = follower
    .spikes()
    .sort((a, b) => order.get(a.layer)! - order.get(b.layer)! || a.spike - b.spike);
  const measured = [...logged.measured];
  return {
    ...result,
    provenance: {
      ...result.provenance,
      configuration: { ...result.provenance.configuration, followSpikes: true },
    },
    warnings: [...result.warnings, ...logged.warnings, ...unfollowed(result)],
    trajectories: result.trajectories ?? trajectories(checkpoints),
    followedSpikes,
    onsets: layerOnsets(checkpoints, steps, measured),
    ...(measured.length > 0 && { measured }),
  };
}

/** Steps (or epochs, or places) of a series. */
async function stepsOf(input: AnalysisInput, options: TrajectoryOptions): Promise<number[]> {
  const opened = await openSources(input, options);
  try {
    const { sources, isSeries } = opened;
    const steps = sources.map(({ step, epoch }) => step ?? epoch);
    const ascend = steps.every((step, i) => step !== null && (i === 0 || step > steps[i - 1]!));
    if (sources.length < 2 || !(isSeries || ascend)) {
      const what =
        sources.length < 2
          ? "one checkpoint"
          : `${sources.length} models whose steps are not known to ascend`;
      throw new UsageError(
        `spikes are followed over a series of at least 2 checkpoints, got ${what}: ` +
          "pass the folder of a run, or one that holds its checkpoints under numbered names",
      );
    }
    return steps.map((step, i) => step ?? i);
  } finally {
    await opened.close();
  }
}

function momentOf({ result, spectrum, pairs, place }: VectorsEvent, step: number) {
  const { scale, spikes } = result.marchenkoPastur!;
  const { larger, singularValues } = spectrum;
  return { layer: result.layer, step, place, larger, singularValues, scale, spikes, vectors: pairs };
}

/** Says where there are more spikes than are followed. */
function unfollowed({ checkpoints }: AnalysisResult): string[] {
  const crowded = new Set(
    checkpoints.flatMap(({ layers }) =>
      layers
        .filter(({ marchenkoPastur }) => (marchenkoPastur?.spikes.length ?? 0) > mostVectors)
        .map(({ layer }) => layer),
    ),
  );
  if (crowded.size === 0) return [];
  const [first] = crowded;
  const which = crowded.size === 1 ? `${first} has` : `${crowded.size} layers (${first} and others) have`;
  return [
    `${which} more than ${mostVectors} spikes at some checkpoint: the largest ${mostVectors} are followed`,
  ];
}
