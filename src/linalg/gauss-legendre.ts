/**
 * Nodes and weights of Gauss-Legendre quadrature on [-1, 1].
 *
 *     integral of f over [-1, 1]  ~  sum_i weights[i] f(nodes[i]),  exact for degree <= 2 order - 1
 *
 * @param order - number of nodes, a whole number >= 1.
 * @returns nodes ascending and their weights, both of length `order`.
 * @source Abramowitz & Stegun 25.4.29; Newton on the Legendre recurrence from Tricomi's guess.
 */
export function gaussLegendre(order: number): { nodes: Float64Array; weights: Float64Array } {
  const nodes = new Float64Array(order);
  const weights = new Float64Array(order);
  for (let i = 0; i < order; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (order + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 50; iteration++) {
      let previous = 0;
      let value = 1;
      for (let k = 1; k <= order; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * previous) / k;
        previous = value;
        value = next;
      }
      slope = (order * (x * value - previous)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
