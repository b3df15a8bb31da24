/**
 * Saves figures as SVG and PNG in the colours that are shown and, where the page holds their numbers, as CSV and as a
 * Vega-Lite specification that stands alone; and the rows of a table that are shown as CSV. Files are made in the page:
 * nothing is sent anywhere.
 */
export const saveScript = `
const save = (name, type, content) => {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
const fileName = (...parts) => parts.filter(Boolean).join("-").replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 120);
const standAlone = (figure) => {
  const copy = figure.querySelector("svg.chart").cloneNode(true), colors = getComputedStyle(root);
  for (const brush of all(".brush", copy)) brush.remove();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of Object.entries({ width: "100%", height: "100%", fill: "var(--card)" })) paper.setAttribute(key, value);
  copy.prepend(paper);
  for (const each of all("*", copy)) {
    for (const { name, value } of [...each.attributes])
      if (value.includes("var(")) each.setAttribute(name, value.replace(/var\\((--[\\w-]+)\\)/g, (_, variable) => colors.getPropertyValue(variable).trim()));
    if (each.tagName === "text") { each.setAttribute("font-family", "system-ui, sans-serif"); each.setAttribute("font-size", "12"); }
  }
  return new XMLSerializer().serializeToString(copy);
};
const savePng = (figure, name) => {
  const text = standAlone(figure), image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 2 * image.width;
    canvas.height = 2 * image.height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(name, "image/png", blob));
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
};
const seriesOf = (figure) => {
  const { bars, points, line } = figure.dataset;
  const steps = pairs(bars);
  return { bars: steps.slice(0, -1).map(([x, y], i) => ({ x, x2: steps[i + 1][0], y })),
    points: pairs(points).map(([x, y]) => ({ x, y })), line: pairs(line).map(([x, y]) => ({ x, y })) };
};
const csvOf = (figure) => "series,x,x2,y\\n" + Object.entries(seriesOf(figure)).flatMap(([name, rows]) =>
  rows.map(({ x, x2 = "", y }) => [name, x, x2, y].join(",") + "\\n")).join("");
const specOf = (figure) => {
  const { scale, x: xTitle, y: yTitle, weak } = figure.dataset, { bars, points, line } = seriesOf(figure);
  const channel = (field, title, type) => ({ field, type: "quantitative", title, scale: type === "log" ? { type } : { type, zero: false } });
  const x = channel("x", xTitle, scale), y = channel("y", yTitle, bars.length > 0 ? "linear" : scale);
  const layer = [];
  if (bars.length > 0) layer.push({ data: { values: bars }, mark: { type: "rect", color: "#b9c7d3" }, encoding: { x, x2: { field: "x2" }, y, y2: { datum: 0 } } });
  if (points.length > 0) layer.push({ data: { values: points }, mark: { type: "point", filled: true, color: "#7f94a6" }, encoding: { x, y } });
  if (line.length > 0) layer.push({ data: { values: line }, mark: { type: "line", color: "#0b62a4", ...(weak !== undefined && { strokeDash: [6, 4] }) }, encoding: { x, y } });
  return JSON.stringify({ $schema: "https://vega.github.io/schema/vega-lite/v6.json", description: figure.querySelector("figcaption").textContent, width: 480, height: 230, layer }, null, 2) + "\\n";
};
const addSaving = (scope) => {
  for (const figure of all("figure", scope)) {
    if (figure.querySelector(".save") || !figure.querySelector("svg.chart")) continue;
    const place = figure.closest("[id]");
    const name = fileName(document.title.split(" ")[0], place.id === "main" ? "figure" : place.id, figure.dataset.view ?? String(all("figure", place).indexOf(figure) + 1));
    const bar = document.createElement("p");
    bar.className = "save";
    bar.append("Save: ");
    const add = (label, action) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.setAttribute("aria-label", label + (label === "Link" ? ": copy a link to this figure" : ": save this figure"));
      button.addEventListener("click", action);
      bar.append(button, " ");
    };
    add("SVG", () => save(name + ".svg", "image/svg+xml", standAlone(figure)));
    add("PNG", () => savePng(figure, name + ".png"));
    if (figure.dataset.scale) {
      add("CSV", () => save(name + ".csv", "text/csv", csvOf(figure)));
      add("Vega-Lite", () => save(name + ".vl.json", "application/json", specOf(figure)));
    }
    if (figure.dataset.view && place.matches(".card")) {
      const link = () => location.href.split("#")[0] + linkOf(place.id) + "&view=" + figure.dataset.view;
      add("Link", (event) => copyText(event.currentTarget, link()));
    }
    figure.append(bar);
  }
};
for (const figures of all(".charts")) if (!figures.closest(".card")) addSaving(figures);
for (const card of all(".card")) {
  if (card.open) addSaving(card);
  card.addEventListener("toggle", () => { if (card.open) addSaving(card); });
}

// The rows of a table that are shown, in their order; no cell starts as a formula does.
const cellText = (text) => { const plain = text.trim().replace(/\\s+/g, " "); const inert = /^[=+@\\t]|^-(?![\\d.])/.test(plain) ? "'" + plain : plain; return /[",\\n]/.test(inert) ? '"' + inert.replaceAll('"', '""') + '"' : inert; };
for (const form of all("form.filter")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Save as CSV";
  button.addEventListener("click", () => {
    const table = form.parentElement.querySelector("table.layers");
    const rows = [table.tHead.rows[0], ...[...table.tBodies[0].rows].filter((row) => !row.hidden)];
    save(fileName(document.title.split(" ")[0], "layers") + ".csv", "text/csv",
      rows.map((row) => [...row.cells].filter((cell) => cell.cellIndex !== 1).map((cell) => cellText(cell.classList.contains("number") && cell.tagName === "TD" && cell.cellIndex !== 4 ? cell.dataset.value ?? "" : cell.textContent)).join(",") + "\\n").join(""));
  });
  form.append(button);
}
`;
