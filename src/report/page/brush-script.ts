/** A stretch of depth that is drawn across a chart of the depth profile picks the rows of the table of layers. */
export const brushScript = `
for (const charts of all(".charts[data-brush]")) {
  const filter = filters.get(charts.dataset.brush);
  if (!filter?.form.elements.from) continue;
  const { from, to } = filter.form.elements;
  const set = (low, high) => { from.value = low; to.value = high; filter.apply(); };
  const note = document.createElement("p");
  note.className = "quiet brushed";
  note.setAttribute("aria-live", "polite");
  const words = document.createElement("span"), clear = document.createElement("button");
  clear.type = "button";
  clear.textContent = "Show all";
  clear.addEventListener("click", () => { set("", ""); record(); });
  note.append(words, " ", clear);
  charts.before(note);
  const figures = all("figure[data-frame]", charts).map((figure) => {
    const [left, right, top, bottom, low, high] = figure.dataset.frame.split(" ").map(Number);
    const svg = figure.querySelector("svg.chart");
    svg.classList.add("brushable");
    const band = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ class: "brush", y: top, height: bottom - top, fill: "var(--accent)", opacity: .14 })) band.setAttribute(key, value);
    const placeAt = (event) => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      return Math.min(high - .5, Math.max(low + .5, Math.round(low + (x - left) / (right - left) * (high - low))));
    };
    let start = null;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      start = { x: event.clientX, place: placeAt(event), was: from.value + to.value };
    });
    svg.addEventListener("pointermove", (event) => {
      if (start === null || Math.abs(event.clientX - start.x) < 4) return;
      const place = placeAt(event);
      set(Math.min(start.place, place), Math.max(start.place, place));
    });
    svg.addEventListener("pointerup", (event) => {
      if (start === null) return;
      // A click picks one place, or gives up what was picked.
      if (Math.abs(event.clientX - start.x) < 4) start.was === "" ? set(start.place, start.place) : set("", "");
      start = null;
      record();
    });
    svg.addEventListener("pointercancel", () => { start = null; });
    return { svg, band, low, high, at: (place) => left + (place - low) / (high - low) * (right - left) };
  });
  filter.listeners.push((shown) => {
    const isSet = from.value + to.value !== "";
    for (const { svg, band, low, high, at } of figures) {
      if (!isSet) { band.remove(); continue; }
      const start = Math.max(low, from.value === "" ? low : from.value - .5), end = Math.min(high, to.value === "" ? high : Number(to.value) + .5);
      band.setAttribute("x", at(start));
      band.setAttribute("width", Math.max(0, at(end) - at(start)));
      svg.prepend(band);
    }
    clear.hidden = !isSet;
    words.textContent = isSet
      ? charts.dataset.places + " " + (from.value || "…") + " to " + (to.value || "…") + ": " + shown + (shown === 1 ? " row" : " rows") + " of the table of layers."
      : "Draw across a chart to pick rows of the table of layers.";
  });
  filter.apply();
}
`;
