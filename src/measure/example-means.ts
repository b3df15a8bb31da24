/** A number that was estimated from examples; null with its reason where it couldn't be. */
export interface Estimate {
  readonly value: number | null;
  /** Standard deviation of the value over other examples of the same kind. */
  readonly standardError: number | null;
  /** Why one of them is null. */
  readonly reason: string | null;
}

/** Collects a number of each example, and has no more of them than three sums. */
export interface ExampleMean {
  add(x: number): void;
  /** x-bar = (1/n) sum x_i, and s / sqrt n with s^2 = sum (x_i - x-bar)^2 / (n - 1). */
  estimate(): Estimate;
}

/** A mean over examples with its standard error: of numbers as they come, without a loss of digits (Welford 1962). */
export function exampleMean(): ExampleMean {
  let [count, mean, squares] = [0, 0, 0];
  return {
    add(x) {
      count++;
      const before = x - mean;
      mean += before / count;
      squares += before * (x - mean);
    },
    estimate: () => estimateOf(mean, Math.sqrt(squares / (count - 1) / count), count),
  };
}

/** Collects a part and a whole of each example. */
export interface ExampleRatio {
  /** @param part, whole - counts, such as changed and all predictions of a sequence. */
  add(part: number, whole: number): void;
  /** r = sum y_i / sum m_i, and by the delta method the root of n / (n - 1) sum (y_i - r m_i)^2 over sum m_i. */
  estimate(): Estimate;
}

/** A ratio of sums over examples, such as a share of all tokens, with its standard error. */
export function exampleRatio(): ExampleRatio {
  let [count, parts, wholes, partSquares, products, wholeSquares] = [0, 0, 0, 0, 0, 0];
  return {
    add(part, whole) {
      count++;
      parts += part;
      wholes += whole;
      partSquares += part * part;
      products += part * whole;
      wholeSquares += whole * whole;
    },
    estimate() {
      if (wholes === 0) return { value: null, standardError: null, reason: "there is nothing to count" };
      const ratio = parts / wholes;
      const residual = Math.max(0, partSquares - 2 * ratio * products + ratio * ratio * wholeSquares);
      return estimateOf(ratio, Math.sqrt((count / (count - 1)) * residual) / wholes, count);
    },
  };
}

function estimateOf(value: number, standardError: number, count: number): Estimate {
  if (count === 0) return { value: null, standardError: null, reason: "there are no examples" };
  if (!Number.isFinite(value)) {
    return { value: null, standardError: null, reason: "the loss or its gradient is no finite number" };
  }
  if (count > 1) return { value, standardError, reason: null };
  return { value, standardError: null, reason: "one example tells nothing of how examples differ" };
}

/** Estimates by name as the fields of a result: `x` and `xStandardError`, and reasons by their paths. */
export function estimateFields<Name extends string>(
  estimates: Readonly<Record<Name, Estimate>>,
  path = "",
): {
  readonly fields: Record<Name | `${Name}StandardError`, number | null>;
  readonly reasons: Record<string, string>;
} {
  const entries = Object.entries<Estimate>(estimates).flatMap(([name, { value, standardError, reason }]) => [
    { name, number: value, reason },
    { name: `${name}StandardError`, number: standardError, reason },
  ]);
  return {
    fields: Object.fromEntries(entries.map(({ name, number }) => [name, number])) as Record<
      Name | `${Name}StandardError`,
      number | null
    >,
    reasons: Object.fromEntries(
      entries
        .filter(({ number, reason }) => number === null && reason !== null)
        .map(({ name, reason }) => [path + name, reason!]),
    ),
  };
}
