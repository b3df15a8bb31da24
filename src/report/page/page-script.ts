import { brushScript } from "./brush-script.ts";
import { definitionScript } from "./definition-script.ts";
import { linkScript } from "./link-script.ts";
import { saveScript } from "./save-script.ts";
import { tableScript } from "./table-script.ts";
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

// Links.
${linkScript}
// Tables.
${tableScript}${brushScript}
// Views of a layer.
${viewScript}
// Saving.
${saveScript}
// Numbers.
${definitionScript}
// Folding.
for (const bar of all(".fold")) {
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const fold = event.target.dataset.fold;
    if (fold) for (const card of all(".card", bar.parentElement)) card.open = fold === "open";
  });
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = all("details:not([open])");
  for (const each of folded) each.open = true;
});
addEventListener("afterprint", () => { for (const each of folded) each.open = false; });

follow(true);
})();
`;
