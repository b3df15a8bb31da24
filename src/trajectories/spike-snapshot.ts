import { fewestEigenvalues } from "../fits/fit-marchenko-pastur.ts";
import { type PlantedOverlap, plantedOverlap } from "../fits/planted-overlap.ts";
import type { Spike } from "../fits/spikes.ts";

/** Two vectors of unit norm: left of the larger side N, right of the smaller side M. */
export interface VectorPair {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** What is known of a layer at one checkpoint of a series. */
export interface LayerMoment {
  readonly layer: string;
  /** Step, else epoch, else place. */
  readonly step: number;
  /** Place of the checkpoint in the series, 0-based. */
  readonly place: number;
  /** N. */
  readonly larger: number;
  /** All M, descending. */
  readonly singularValues: ArrayLike<number>;
  /** s, standard deviation of an entry of the noise. */
  readonly scale: number;
  /** Outliers above the bulk, largest first. */
  readonly spikes: readonly Pick<Spike, "singularValue" | "strength">[];
  /** Vectors of the largest singular values: of the outliers, as many as there are, and perhaps of more. */
  readonly vectors: readonly VectorPair[];
}

/** A spike at one checkpoint. */
export interface SpikeMoment extends VectorPair {
  readonly step: number;
  readonly place: number;
  /** Rank among the outliers of its checkpoint, from 0. */
  readonly rank: number;
  readonly singularValue: number;
  readonly strength: number | null;
  readonly planted: PlantedOverlap | null;
  /** Singular values of the layer that are no outliers; the larger side less their number. */
  readonly bulk: Float64Array;
  readonly bulkLarger: number;
  /** Mean square of the angle by which noise mixes it with spikes outside of its cluster. */
  readonly mixing: number;
  /** Ranks of the spikes that it is not told apart from, its own among them; ascending. */
  readonly cluster: readonly number[];
}

/** Two spikes are told apart where noise mixes them by less than this mean square angle: 13 degrees. */
const mostMixing = 0.05;

/**
 * The spikes of a layer at one checkpoint that have vectors, largest first, with what noise does to them.
 *
 * Noise turns two spikes into each other by an angle of variance `sigma^2 / (2 gap^2)`, sigma the standard deviation of
 * a singular value; neighbours for which that is over 0.05 make a cluster, of which only the space is known.
 *
 * @source second-order perturbation of two values with the coupling of a Gaussian matrix, half as variable off its
 *   diagonal as on it.
 */
export function spikeMoments(moment: LayerMoment): SpikeMoment[] {
  const { step, place, spikes, vectors, larger, singularValues } = moment;
  const bulk = Float64Array.from(
    { length: singularValues.length - spikes.length },
    (_, i) => singularValues[spikes.length + i]!,
  );
  // One more than has vectors: the last one may not be told apart from it.
  const seen = spikes.slice(0, vectors.length + 1);
  const planted = seen.map(({ singularValue }) =>
    bulk.length < fewestEigenvalues ? null : plantedOverlap(singularValue, bulk, larger - spikes.length),
  );
  const mixingOf = (a: number, b: number): number => {
    const gap = seen[a]!.singularValue - seen[b]!.singularValue;
    const variances = [planted[a], planted[b]].map((each) => (each ? each.singularValueError ** 2 : 0));
    return (variances[0]! + variances[1]!) / (4 * gap * gap); // infinite of equal ones
  };
  const clusterOf: number[] = [];
  for (let rank = 0; rank < seen.length; rank++) {
    const isJoined = rank > 0 && !(mixingOf(rank - 1, rank) <= mostMixing);
    clusterOf.push(isJoined ? clusterOf[rank - 1]! : rank);
  }
  return vectors.slice(0, spikes.length).map(({ left, right }, rank) => {
    const others = seen.map((_, other) => other);
    const cluster = others.filter((other) => clusterOf[other] === clusterOf[rank]);
    const mixing = others
      .filter((other) => clusterOf[other] !== clusterOf[rank])
      .reduce((sum, other) => sum + mixingOf(rank, other), 0);
    const { singularValue, strength } = spikes[rank]!;
    return {
      step,
      place,
      rank,
      singularValue,
      strength,
      planted: planted[rank]!,
      bulk,
      bulkLarger: larger - spikes.length,
      mixing,
      cluster,
      left,
      right,
    };
  });
}

/** x.y */
export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
