import { chartPalette, type PaletteColor } from "../charts/palette.ts";

/** Colours of the page beside those of the charts. Text has 4.5:1 or more against its background. */
const pagePalette: Readonly<Record<string, PaletteColor>> = {
  paper: { light: "#fcfcfa", dark: "#14181c" },
  card: { light: "#ffffff", dark: "#1a1f24" },
  sunken: { light: "#f3f4f1", dark: "#20262c" },
  text: { light: "#1b2126", dark: "#e4e8eb" },
  quiet: { light: "#57626c", dark: "#a2adb7" },
  line: { light: "#dfe2e0", dark: "#303840" },
  accent: { light: "#0b62a4", dark: "#74baf1" },
  error: { light: "#a8201a", dark: "#ff8f86" },
  warning: { light: "#8a5a00", dark: "#f0c14b" },
  "verdict-noise-like": { light: "#7c8a96", dark: "#8b99a5" },
  "verdict-noise-with-spikes": { light: "#c8500a", dark: "#f39250" },
  "verdict-structured": { light: "#0b62a4", dark: "#6cb6f0" },
  "verdict-heavy-tailed": { light: "#8f3d78", dark: "#e29bc4" },
  "verdict-rank-deficient": { light: "#a8201a", dark: "#ff8f86" },
  "verdict-holds": { light: "#1d7440", dark: "#5fce8c" },
  "verdict-missed": { light: "#a32218", dark: "#ff9288" },
  "verdict-undecided": { light: "#8a5b08", dark: "#f0c252" },
  "verdict-undetermined": { light: "#a9b0b6", dark: "#646d76" },
};

/**
 * The CSS variables of both themes: dark where the system asks for it, unless the page's own switch
 * (`data-theme` on the root) says otherwise; always light on paper.
 */
export function themeVariables(): string {
  const palette = Object.entries<PaletteColor>({ ...pagePalette, ...chartPalette });
  const block = (theme: "light" | "dark") =>
    `color-scheme:${theme};${palette.map(([name, color]) => `--${name}:${color[theme]}`).join(";")}`;
  return `:root{${block("light")}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){${block("dark")}}}
@media screen{:root[data-theme=dark]{${block("dark")}}}`;
}
