/** A colour of the page and its charts, in both themes; `--name` in CSS. */
export interface PaletteColor {
  readonly light: string;
  readonly dark: string;
}

/**
 * The colours of the charts. A spec uses the light ones, so that it stands alone; `renderChart` turns
 * each into its CSS variable, so that one SVG serves both themes. Every value is unique for that reason.
 *
 * Series hues follow Okabe & Ito, darkened or lightened until each has 3:1 against its background;
 * charts repeat the distinction by shape. The hues of depth go from input to output.
 */
export const chartPalette = {
  "chart-text": { light: "#4a5560", dark: "#aab4be" },
  "chart-axis": { light: "#9aa3ab", dark: "#5f6973" },
  "chart-grid": { light: "#e6e8ea", dark: "#2b3138" },
  "chart-bulk": { light: "#b9c7d3", dark: "#3f505f" },
  "chart-bulk-line": { light: "#7f94a6", dark: "#6f8799" },
  "chart-law": { light: "#0b62a4", dark: "#6cb6f0" },
  "chart-spike": { light: "#c8500a", dark: "#f39250" },
  "chart-null": { light: "#cfd6dc", dark: "#46515b" },
  "series-0": { light: "#0072b2", dark: "#58b2ea" },
  "series-1": { light: "#c44e00", dark: "#f08a4b" },
  "series-2": { light: "#00795a", dark: "#2fc79a" },
  "series-3": { light: "#a3478a", dark: "#e29bc4" },
  "series-4": { light: "#806000", dark: "#e6c229" },
  "series-5": { light: "#3d6fd1", dark: "#93b4ff" },
  "series-6": { light: "#8a2340", dark: "#f0869b" },
  "series-7": { light: "#5c5f63", dark: "#b5b8bc" },
  "depth-0": { light: "#1f6fc0", dark: "#76b5ff" },
  "depth-1": { light: "#5557c4", dark: "#a6a2ff" },
  "depth-2": { light: "#8742b4", dark: "#cf97f4" },
  "depth-3": { light: "#ad3790", dark: "#ee8fcb" },
  "depth-4": { light: "#c23c5c", dark: "#ff97a5" },
  "depth-5": { light: "#b5570f", dark: "#f3ad6b" },
} as const satisfies Record<string, PaletteColor>;

export type ChartColor = keyof typeof chartPalette;

/** The light value, which is what a spec is written in. */
export function chartColor(name: ChartColor): string {
  return chartPalette[name].light;
}
