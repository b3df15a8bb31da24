/** A sum of covariances over steps, of which older ones decay. */
export interface RunningCovariance {
  /** p, entries of a vector. */
  readonly order: number;
  /**
   * C <- decay C + mean of u u' over the rows.
   *
   * @param rows - vectors u, shape [rows, p] row-major.
   */
  add(rows: ArrayLike<number>, decay: number): void;
  /** C, shape [p, p] row-major. */
  matrix(): Float64Array;
}

/**
 * The sum of what batches contribute to a covariance that isn't centred.
 *
 *     C_t = sum_s r^(t - s) mean_b u_{s,b} u_{s,b}'
 *
 * @param order - p.
 */
export function runningCovariance(order: number): RunningCovariance {
  // Only on and above the diagonal.
  const sum = new Float64Array(order * order);
  return {
    order,
    add(rows, decay) {
      const count = rows.length / order;
      if (decay !== 1) for (let i = 0; i < sum.length; i++) sum[i]! *= decay;
      for (let row = 0; row < count; row++) {
        const from = row * order;
        for (let i = 0; i < order; i++) {
          const u = rows[from + i]! / count;
          if (u === 0) continue;
          const place = i * order;
          for (let j = i; j < order; j++) sum[place + j]! += u * rows[from + j]!;
        }
      }
    },
    matrix() {
      const whole = sum.slice();
      for (let i = 0; i < order; i++) {
        for (let j = 0; j < i; j++) whole[i * order + j] = sum[j * order + i]!;
      }
      return whole;
    },
  };
}
