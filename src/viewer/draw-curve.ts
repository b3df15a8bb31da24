/** Size of the drawing, as its viewBox has it, and what is left free at its edges. */
const WIDTH = 300;
const HEIGHT = 100;
const MARGIN = 5;
/** Points that are drawn at most: twice as many as there is room for. */
const MOST_POINTS = 600;

/**
 * Draws a curve from 0 to its largest value into an svg element.
 *
 * @param points - x and y of each, x rising.
 * @returns the largest value, where the drawing ends above.
 */
export function drawCurve(svg: SVGElement, points: readonly (readonly [number, number])[]): number {
  const step = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  const chosen = points.filter((_, i) => i % step === 0 || i === points.length - 1);
  const right = Math.max(1, ...chosen.map(([x]) => x));
  const top = Math.max(Number.MIN_VALUE, ...chosen.map(([, y]) => y));
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  const placed = chosen.map(([x, y]) => {
    const across = MARGIN + ((WIDTH - 2 * MARGIN) * x) / right;
    const down = HEIGHT - MARGIN - ((HEIGHT - 2 * MARGIN) * y) / top;
    return `${across.toFixed(1)},${down.toFixed(1)}`;
  });
  line.setAttribute("points", placed.join(" "));
  svg.replaceChildren(line);
  return top;
}
