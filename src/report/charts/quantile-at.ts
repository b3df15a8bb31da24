/**
 * A quantile between those that are stored, linear between neighbours.
 *
 * @param quantiles - at equal steps from share 0 to 1, at least one.
 * @param share - below it, in [0, 1].
 */
export function quantileAt(quantiles: readonly number[], share: number): number {
  const place = Math.min(1, Math.max(0, share)) * (quantiles.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, quantiles.length - 1);
  return quantiles[low]! + (place - low) * (quantiles[high]! - quantiles[low]!);
}
