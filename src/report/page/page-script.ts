import { saveScript } from "./save-script.ts";
import { viewScript } from "./view-script.ts";

/**
 * The script of the page: sorting, filtering, folding, further views, the theme switch and copied links.
 * Everything is readable without it, and the controls that need it are hidden until it runs. It reads no
 * data but the page's own cells and attributes, so that nothing of a result is ever inside a script.
 */
export const pageScript = `"use strict";
(() => {
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Theme: system, dark, light. Storage may be refused, e.g. for files.
const root = document.documentElement;
const switcher = document.querySelector(".theme");
const themes = ["system", "dark", "light"];
const store = { get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
  set: (value) => { try { localStorage.setItem("theme", value); } catch {} } };
const setTheme = (theme) => {
  if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
  switcher.textContent = "Theme: " + theme;
};
let theme = themes.includes(store.get()) ? store.get() : "system";
setTheme(theme);
switcher.hidden = false;
switcher.addEventListener("click", () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  setTheme(theme);
  store.set(theme);
});

// Sorting: ascending, descending, as in the file. Rows without a value stay last.
const valueOf = (row, column, kind) => {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? cell.textContent;
  return kind === "number" ? (text === "" ? null : Number(text)) : text;
};
const compare = (a, b) => a === b ? 0 : a === null || a === "" ? 2 : b === null || b === "" ? -2 : a < b ? -1 : 1;
for (const table of all("table.layers")) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  for (const head of all("th[data-sort]", table)) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const order = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
      const next = order === undefined ? "ascending" : order;
      for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
      let rows = original;
      if (next !== null) {
        head.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1;
        const keyed = original.map((row) => [valueOf(row, head.cellIndex, head.dataset.sort), row]);
        keyed.sort(([a], [b]) => { const c = compare(a, b); return Math.abs(c) === 2 ? c : sign * c; });
        rows = keyed.map(([, row]) => row);
      }
      body.append(...rows);
    });
  }
}

// Filtering by name, role and verdict.
for (const form of all("form.filter")) {
  const table = form.parentElement.querySelector("table.layers");
  const rows = [...table.tBodies[0].rows];
  const apply = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    const verdict = form.elements.verdict.value;
    let shown = 0;
    for (const row of rows) {
      const words = (row.cells[0].textContent + " " + row.cells[2].textContent).toLowerCase();
      row.hidden = !(words.includes(text) && (verdict === "" || row.dataset.verdict === verdict));
      if (!row.hidden) shown++;
    }
    form.querySelector("output").textContent = shown + " of " + rows.length + " rows";
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
}

// Views of a layer.
${viewScript}
// Saving.
${saveScript}
// Folding.
for (const bar of all(".fold")) {
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const fold = event.target.dataset.fold;
    if (fold) for (const card of all(".card", bar.parentElement)) card.open = fold === "open";
  });
}
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null) return;
  for (let each = target; each !== null; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();
let folded = [];
addEventListener("beforeprint", () => {
  folded = all("details:not([open])");
  for (const each of folded) each.open = true;
});
addEventListener("afterprint", () => { for (const each of folded) each.open = false; });

// Links to sections and cards are copied when followed.
for (const anchor of all("a.anchor")) {
  anchor.addEventListener("click", () => {
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(anchor.href).then(() => {
      anchor.textContent = "copied";
      anchor.classList.add("done");
      setTimeout(() => { anchor.textContent = "#"; anchor.classList.remove("done"); }, 1200);
    }, () => {});
  });
}
})();
`;
