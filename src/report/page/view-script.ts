/**
 * Draws the views of a card when it is opened, from the numbers in their attributes: points, the line of
 * theory, the fitted range shaded. It makes elements and sets attributes, and never markup.
 */
export const viewScript = `
const pairs = (text) => (text ?? "").split(" ").filter(Boolean).map((pair) => pair.split(",").map(Number));
const viewOf = (figure) => ({ ...figure.dataset, points: pairs(figure.dataset.points), line: pairs(figure.dataset.line),
  fitted: figure.dataset.fitted?.split(",").map(Number), weak: "weak" in figure.dataset });
const svgElement = (parent, name, attributes, text) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
};
const tidy = (value) => value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-4) ? value.toExponential().replace("e+", "e") : String(Number(value.toPrecision(6)));
const axisOf = (values, log, from, to) => {
  let low = Math.min(...values), high = Math.max(...values);
  if (!(high > low)) { const room = Math.abs(high) / 2 || 1; low = log ? low / 2 : low - room; high = log ? high * 2 : high + room; }
  const ticks = [];
  if (log) {
    low /= 1.15; high *= 1.15;
    const decades = Math.log10(high / low), stride = Math.max(1, Math.ceil(decades / 7));
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
      for (const step of decades < 1.7 ? [1, 2, 5] : decades < 3 ? [1, 3] : power % stride === 0 ? [1] : []) ticks.push(Number(step + "e" + power));
  } else {
    const room = (high - low) * .04;
    if (low > 0 && low < (high - low) / 2) low = 0; else low -= room;
    high += room;
    const rough = (high - low) / 5, unit = 10 ** Math.floor(Math.log10(rough));
    const step = unit * [1, 2, 5, 10].find((each) => each * unit >= rough);
    for (let i = Math.ceil(low / step); i * step <= high; i++) ticks.push(Number((i * step).toPrecision(6)));
  }
  const place = log ? Math.log : Number;
  return { ticks: ticks.filter((tick) => tick >= low && tick <= high),
    at: (value) => Number((from + (to - from) * (place(value) - place(low)) / (place(high) - place(low))).toFixed(1)) };
};
const drawView = (figure) => {
  if (figure.querySelector("svg")) return;
  const view = viewOf(figure), log = view.scale === "log", every = [...view.points, ...view.line];
  const left = 56, right = 456, top = 28, bottom = 186;
  const x = axisOf(every.map((point) => point[0]), log, left, right);
  const y = axisOf(every.map((point) => point[1]), log, bottom, top);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ class: "chart", role: "img", "aria-label": figure.querySelector("figcaption").textContent, viewBox: "0 0 480 230", width: 480, height: 230 })) svg.setAttribute(key, value);
  if (view.fitted) svgElement(svg, "rect", { x: x.at(view.fitted[0]), y: top, width: Math.max(1, x.at(view.fitted[1]) - x.at(view.fitted[0])), height: bottom - top, fill: "var(--chart-null)", opacity: .45 });
  for (const tick of y.ticks) {
    svgElement(svg, "path", { d: "M" + left + " " + y.at(tick) + "H" + right, stroke: "var(--chart-grid)" });
    svgElement(svg, "text", { x: left - 6, y: y.at(tick) + 4, "text-anchor": "end", fill: "var(--chart-text)" }, tidy(tick));
  }
  svgElement(svg, "path", { d: "M" + left + " " + bottom + "H" + right + x.ticks.map((tick) => "M" + x.at(tick) + " " + bottom + "v4").join(""), stroke: "var(--chart-axis)", fill: "none" });
  for (const tick of x.ticks) svgElement(svg, "text", { x: x.at(tick), y: bottom + 17, "text-anchor": "middle", fill: "var(--chart-text)" }, tidy(tick));
  svgElement(svg, "text", { x: (left + right) / 2, y: 222, "text-anchor": "middle", fill: "var(--chart-text)" }, view.x);
  svgElement(svg, "text", { x: left, y: 14, fill: "var(--chart-text)" }, view.y);
  svgElement(svg, "path", { d: view.points.map(([px, py]) => "M" + x.at(px) + " " + y.at(py) + "h0").join(""), stroke: "var(--chart-bulk-line)", "stroke-width": 5, "stroke-linecap": "round", fill: "none" });
  if (view.line.length > 1) svgElement(svg, "path", { d: "M" + view.line.map(([px, py]) => x.at(px) + " " + y.at(py)).join("L"), stroke: "var(--chart-law)", "stroke-width": 2, fill: "none", ...(view.weak && { "stroke-dasharray": "6 4" }) });
  figure.prepend(svg);
};
const drawViews = (card) => {
  for (const views of all(".views", card)) { views.hidden = false; for (const figure of views.children) drawView(figure); }
};
for (const card of all(".card")) {
  if (card.open) drawViews(card);
  card.addEventListener("toggle", () => { if (card.open) drawViews(card); });
}
addEventListener("beforeprint", () => drawViews(document));
`;
