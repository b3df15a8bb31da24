import type { TopLevelSpec } from "vega-lite";
import { chartConfig, chartSize } from "../charts/chart-frame.ts";
import { chartColor } from "../charts/palette.ts";
import type { SelftestStudy } from "./selftest-rows.ts";

const rowHeight = 22;

/**
 * The rates of a study as points with two standard errors either way, a tick at each bound.
 *
 * @returns a Vega-Lite specification; null where no row has a standard error.
 */
export function studyChart({ rows }: SelftestStudy): TopLevelSpec | null {
  const data = rows.flatMap(({ circumstances, quantity, value, standardError, atLeast, atMost }) =>
    standardError === null
      ? []
      : [
          {
            label: `${circumstances.split(";")[0]}: ${quantity}`,
            value,
            low: Math.max(0, value - 2 * standardError),
            high: value + 2 * standardError,
            atLeast,
            atMost,
          },
        ],
  );
  if (data.length === 0) return null;
  const y = { field: "label", type: "nominal", sort: null, axis: { title: null } } as const;
  const bound = (field: "atLeast" | "atMost") => ({
    transform: [{ filter: `isValid(datum.${field})` }],
    mark: { type: "tick", color: chartColor("chart-spike"), thickness: 2, size: 16 } as const,
    encoding: { x: { field, type: "quantitative" as const }, y },
  });
  return {
    width: chartSize.width / 2,
    height: rowHeight * data.length,
    config: { ...chartConfig, axisY: { ...chartConfig.axisY, labelLimit: 0 } },
    data: { values: data },
    layer: [
      {
        mark: { type: "rule", color: chartColor("chart-bulk-line"), strokeWidth: 2 },
        encoding: {
          x: { field: "low", type: "quantitative", axis: { title: "value" } },
          x2: { field: "high" },
          y,
        },
      },
      {
        mark: { type: "point", filled: true, color: chartColor("chart-law"), size: 45 },
        encoding: { x: { field: "value", type: "quantitative" }, y },
      },
      bound("atLeast"),
      bound("atMost"),
    ],
  };
}
