import type { FollowedPoint, FollowedSpike } from "../analysis/trajectory-schemas.ts";
import { spikeFluctuations } from "../fits/spike-fluctuations.ts";
import { driftOf } from "./drift.ts";
import { likeness, matchSpikes } from "./match-spikes.ts";
import { dot, type LayerMoment, type SpikeMoment, spikeMoments, type VectorPair } from "./spike-snapshot.ts";
import { type Sighting, vectorOverlaps } from "./vector-overlap.ts";

/** Checkpoints that a spike may be under the edge, and still be known again. */
export const mostMissed = 2;
/** Leading directions of the first checkpoint at most, and at most this share of the smaller side. */
const mostStart = 8;
const startShare = 1 / 8;
/** A relative variance of the strength beyond this is past the leading order. */
const mostStrengthVariance = 0.25;

/** A spike that is followed. */
interface Track {
  readonly number: number;
  /** Places among the layer's moments. */
  readonly firstAt: number;
  lastAt: number;
  readonly first: Sighting;
  last: Sighting;
  /** When it was last told apart from all others. */
  apart: SpikeMoment | null;
  /** Numbers of the spikes that it may have been taken for since it was first seen, itself among them. */
  mates: ReadonlySet<number>;
  /** The same, when it was last told apart. */
  apartMates: ReadonlySet<number>;
  readonly points: FollowedPoint[];
  readonly pValues: (number | null)[];
}

interface FollowedLayer {
  readonly steps: number[];
  readonly start: readonly VectorPair[];
  readonly tracks: Track[];
  /** Those that may be seen again. */
  open: Track[];
  readonly sides: readonly [larger: number, smaller: number];
}

/** Follows the spikes of layers from checkpoint to checkpoint. */
export interface SpikeFollower {
  /** A layer at its next checkpoint. @throws {RangeError} If its shape is another than before. */
  add(moment: LayerMoment): void;
  /** All spikes so far, layers in the order in which they came first. */
  spikes(): FollowedSpike[];
}

/**
 * Follows spikes over a series by their singular vectors: a spike keeps its number as long as it is known again, also
 * after up to 2 checkpoints under the edge of the bulk.
 *
 * Kept of each spike are the vectors of its first and last appearance, whatever the length of the series.
 *
 * @example
 * ```ts
 * import { followSpikes } from "marchenko";
 * const unit = (i, length) => Float64Array.from({ length }, (_, j) => (i === j ? 1 : 0));
 * const moment = (step, size, i) => ({
 *   layer: "w", step, place: step, larger: 100, scale: 0.1,
 *   singularValues: [size, ...new Array(39).fill(1)],
 *   spikes: [{ singularValue: size, strength: size - 0.4 }],
 *   vectors: [{ left: unit(i, 100), right: unit(i, 40) }],
 * });
 * const spikes = followSpikes([moment(0, 3, 0), moment(1, 4, 0), moment(2, 4, 7)]);
 * spikes.map(({ firstStep, lastStep }) => [firstStep, lastStep]); // [[0, 1], [2, 2]]
 * ```
 */
export function followSpikes(series: readonly LayerMoment[]): FollowedSpike[] {
  const follower = spikeFollower();
  for (const moment of series) follower.add(moment);
  return follower.spikes();
}

/** See {@link followSpikes}, for a series that comes bit by bit. */
export function spikeFollower(): SpikeFollower {
  const layers = new Map<string, FollowedLayer>();
  return {
    add(moment) {
      let layer = layers.get(moment.layer);
      if (!layer) {
        layer = begun(moment);
        layers.set(moment.layer, layer);
      }
      follow(layer, moment);
    },
    spikes: () =>
      Array.from(layers, ([name, layer]) => layer.tracks.map((track) => told(name, layer, track))).flat(),
  };
}

function begun({ vectors, singularValues, larger }: LayerMoment): FollowedLayer {
  const smaller = singularValues.length;
  const count = Math.min(mostStart, Math.max(1, Math.floor(startShare * smaller)));
  return { steps: [], start: vectors.slice(0, count), tracks: [], open: [], sides: [larger, smaller] };
}

function follow(layer: FollowedLayer, moment: LayerMoment): void {
  const { sides, steps } = layer;
  if (moment.larger !== sides[0] || moment.singularValues.length !== sides[1]) {
    throw new RangeError(
      `${moment.layer} has sides ${moment.larger} and ${moment.singularValues.length} at step ${moment.step}, and ${sides.join(" and ")} before`,
    );
  }
  const at = steps.push(moment.step) - 1;
  layer.open = layer.open.filter(({ lastAt }) => at - lastAt - 1 <= mostMissed);
  const moments = spikeMoments(moment);
  const partners = matchSpikes(
    layer.open.map(({ last, apart }) => ({ last: last.moment, apart })),
    moments,
  );
  const trackOf = new Map(layer.open.map((track, i) => [partners[i]!, track]));
  let last = layer.tracks.length;
  const numberOf = moments.map((_, rank) => trackOf.get(rank)?.number ?? ++last);
  for (const [rank, each] of moments.entries()) {
    const members = new Map<number, SpikeMoment>();
    for (const other of each.cluster) if (moments[other]) members.set(numberOf[other]!, moments[other]);
    const sighting: Sighting = { moment: each, members };
    const track = trackOf.get(rank);
    if (track) {
      seen(layer, track, at, sighting, moment);
      continue;
    }
    const born = newTrack(layer, numberOf[rank]!, at, sighting, moment);
    layer.tracks.push(born);
    layer.open.push(born);
  }
}

function newTrack(
  layer: FollowedLayer,
  number: number,
  at: number,
  sighting: Sighting,
  moment: LayerMoment,
): Track {
  return {
    number,
    firstAt: at,
    lastAt: at,
    first: sighting,
    last: sighting,
    apart: sighting.moment.cluster.length === 1 ? sighting.moment : null,
    mates: new Set(sighting.members.keys()),
    apartMates: new Set([number]),
    points: [pointOf(layer, sighting.moment, moment)],
    pValues: [],
  };
}

function seen(layer: FollowedLayer, track: Track, at: number, now: Sighting, moment: LayerMoment): void {
  const previous = vectorOverlaps(track.last, now);
  const isApart = now.moment.cluster.length === 1;
  // Who was not told apart, and comes out as before, was not taken for another.
  const isBack = isApart && track.apart !== null && likeness(track.apart, now.moment) > 0;
  track.mates = isBack ? track.apartMates : new Set([...track.mates, ...now.members.keys()]);
  const isSame = Array.from(track.mates).every((number) => track.first.members.has(number));
  const first = track.last === track.first ? null : vectorOverlaps(track.first, now, isSame);
  track.pValues.push(...previous.pValues, ...(first?.pValues ?? []));
  track.points.push({
    ...pointOf(layer, now.moment, moment),
    previous: previous.overlaps,
    first: first?.overlaps ?? null,
  });
  track.last = now;
  track.lastAt = at;
  if (!isApart) return;
  track.apart = now.moment;
  track.apartMates = track.mates;
}

/** A point without its overlaps. */
function pointOf(
  { start }: FollowedLayer,
  spike: SpikeMoment,
  { scale, larger, singularValues }: LayerMoment,
): FollowedPoint {
  const { step, singularValue, strength, cluster } = spike;
  const variance =
    strength === null
      ? Number.POSITIVE_INFINITY
      : spikeFluctuations(strength, scale, larger, singularValues.length).strengthVariance;
  const onStart = (side: "left" | "right") =>
    Math.min(1, Math.sqrt(start.reduce((sum, pair) => sum + dot(pair[side], spike[side]) ** 2, 0)));
  return {
    step,
    singularValue,
    strength,
    strengthStandardError:
      strength !== null && variance >= 0 && variance <= mostStrengthVariance
        ? strength * Math.sqrt(variance)
        : null,
    together: cluster.length,
    previous: null,
    first: null,
    start: { left: onStart("left"), right: onStart("right") },
  };
}

function told(name: string, { steps, start, sides }: FollowedLayer, track: Track): FollowedSpike {
  const { number, firstAt, lastAt, points, pValues } = track;
  const [larger, smaller] = sides;
  return {
    layer: name,
    spike: number,
    firstStep: steps[firstAt]!,
    lastStep: steps[lastAt]!,
    bornAfter: steps[firstAt - 1] ?? null,
    goneBy: steps[lastAt + 1] ?? null,
    missed: lastAt - firstAt + 1 - points.length,
    points,
    floor: { left: larger ** -0.5, right: smaller ** -0.5 },
    startFloor: {
      count: start.length,
      left: Math.sqrt(start.length / larger),
      right: Math.sqrt(start.length / smaller),
    },
    drift: driftOf(points, pValues),
  };
}
