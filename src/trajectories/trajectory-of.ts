import { analyze } from "../analysis/analyze.ts";
import type { AnalyzeOptions, VectorsEvent } from "../analysis/analyze-options.ts";
import { mostVectors } from "../analysis/examine-matrix.ts";
import { type AnalysisInput, openSources } from "../analysis/open-sources.ts";
import type { AnalysisResult, CheckpointResult, FollowedSpike } from "../analysis/result.ts";
import { trajectories } from "../analysis/summarize.ts";
import type { MeasuredTrajectory } from "../analysis/trajectory-schemas.ts";
import { UsageError } from "../errors.ts";
import { spikeFollower } from "./follow-spikes.ts";
import { layerOnsets } from "./layer-onsets.ts";

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
 *   Of a folder with several series, or models beside one, each series is followed by itself.
 * @throws {UsageError} If the input has no series of at least 2 checkpoints; otherwise as `analyze`.
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
  const all = await followedSeries(input, options);
  const followers = all.map(() => spikeFollower());
  const result = await analyze(input, {
    ...wanted,
    onVectors(event) {
      wanted.onVectors?.(event);
      const nth = all.findIndex(({ places }) => places.includes(event.place));
      if (event.result.marchenkoPastur && nth >= 0) followers[nth]!.add(momentOf(event, all[nth]!));
    },
  });
  const parts = all.map(({ name, places, steps }) => {
    return {
      of: name !== null && { series: name },
      steps,
      checkpoints: places.map((i) => result.checkpoints[i]!),
    };
  });
  const { measured: logged = [], ...rest } = result;
  const measured = given?.map((each) => (all.length === 1 ? { ...parts[0]!.of, ...each } : each)) ?? logged;
  return {
    ...rest,
    provenance: {
      ...result.provenance,
      configuration: { ...result.provenance.configuration, followSpikes: true },
    },
    warnings: [...result.warnings, ...unfollowed(parts.flatMap(({ checkpoints }) => checkpoints))],
    trajectories: result.trajectories ?? trajectories(result.checkpoints),
    followedSpikes: parts.flatMap(({ of, checkpoints }, i) =>
      inOrder(followers[i]!.spikes(), checkpoints).map((spike) => ({ ...of, ...spike })),
    ),
    onsets: parts.flatMap(({ of, checkpoints, steps }) => {
      const own = measured.filter(({ series }) => !of || series === of.series);
      return layerOnsets(checkpoints, steps, own).map((each) => ({ ...of, ...each }));
    }),
    ...(measured.length > 0 && { measured }),
  };
}

/** By the layers of the checkpoints, in their order, then by number. */
function inOrder(
  spikes: readonly FollowedSpike[],
  checkpoints: readonly CheckpointResult[],
): FollowedSpike[] {
  const order = new Map(
    checkpoints
      .flatMap(({ layers }) => layers)
      .map(({ layer }, index) => [layer, index] as const)
      .reverse(),
  );
  return [...spikes].sort((a, b) => order.get(a.layer)! - order.get(b.layer)! || a.spike - b.spike);
}

/** A series whose spikes are followed. */
interface FollowedSeries {
  /** Null where it is the whole input. */
  readonly name: string | null;
  /** Places of its members among all checkpoints, in order. */
  readonly places: readonly number[];
  /** Step (or epoch, or place in the series) of each. */
  readonly steps: readonly number[];
}

async function followedSeries(input: AnalysisInput, options: TrajectoryOptions): Promise<FollowedSeries[]> {
  const opened = await openSources(input, options);
  try {
    const { sources, isSeries } = opened;
    const steps = sources.map(({ step, epoch }) => step ?? epoch);
    const names = new Set(sources.map(({ series }) => series).filter((name) => name !== null));
    if (names.size > 0 && !isSeries) {
      return Array.from(names, (name) => {
        const places = [...sources.keys()].filter((i) => sources[i]!.series === name);
        return { name, places, steps: places.map((i, place) => steps[i] ?? place) };
      });
    }
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
    return [{ name: null, places: [...sources.keys()], steps: steps.map((step, i) => step ?? i) }];
  } finally {
    await opened.close();
  }
}

function momentOf({ result, spectrum, pairs, place: nth }: VectorsEvent, { places, steps }: FollowedSeries) {
  const place = places.indexOf(nth);
  const step = steps[place]!;
  const { scale, spikes } = result.marchenkoPastur!;
  const { larger, singularValues } = spectrum;
  return { layer: result.layer, step, place, larger, singularValues, scale, spikes, vectors: pairs };
}

/** Says where there are more spikes than are followed. */
function unfollowed(checkpoints: readonly CheckpointResult[]): string[] {
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
