import type { LayerResult } from "../../analysis/result.ts";
import { type ChartColor, chartColor } from "./palette.ts";

/** What layers that share a role look like: the same in every chart, on every page. */
export interface LayerSeries {
  /** The role, else the kind of layer. */
  readonly name: string;
  readonly color: ChartColor;
  /** Name of a Vega symbol. */
  readonly shape: string;
}

/** Look of the usual roles. The shapes repeat the distinction: colour is never alone. */
const known: Readonly<Record<string, readonly [hue: number, shape: string]>> = {
  query: [0, "circle"],
  key: [1, "triangle-up"],
  value: [2, "square"],
  "query-key-value": [0, "cross"],
  "attention-out": [3, "diamond"],
  "mlp-in": [5, "triangle-down"],
  "mlp-gate": [4, "cross"],
  "mlp-out": [6, "square"],
  head: [7, "diamond"],
  "token-embedding": [7, "circle"],
  "position-embedding": [7, "triangle-up"],
  "patch-embedding": [7, "square"],
  conv: [2, "circle"],
  dense: [0, "circle"],
};

const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/** The name under which a layer is drawn. */
export function seriesName(layer: Pick<LayerResult, "role" | "kind">): string {
  return layer.role ?? layer.kind;
}

/**
 * The series of some layers, in order of first appearance.
 *
 * @param layers - the layers that a chart shows.
 * @returns one entry a role (or kind); unknown ones take the looks that are left, in order.
 */
export function layerSeries(layers: readonly Pick<LayerResult, "role" | "kind">[]): LayerSeries[] {
  const names = [...new Set(layers.map(seriesName))];
  const taken = new Set(names.flatMap((name) => (known[name] ? [known[name].join()] : [])));
  let next = 0;
  const freeLook = (): readonly [hue: number, shape: string] => {
    for (; next < 8 * shapes.length; next++) {
      const look = [(next * 3 + 2) % 8, shapes[next % shapes.length]!] as const;
      if (!taken.has(look.join())) {
        next++;
        return look;
      }
    }
    return [0, "circle"];
  };
  return names.map((name) => {
    const [hue, shape] = known[name] ?? freeLook();
    return { name, color: `series-${hue}` as ChartColor, shape };
  });
}

/** The colour and shape channels of a chart; its legend is in the page, once for all charts. */
export function seriesScales(series: readonly LayerSeries[]) {
  const domain = series.map((each) => each.name);
  return {
    color: {
      field: "series",
      type: "nominal" as const,
      legend: null,
      scale: { domain, range: series.map((each) => chartColor(each.color)) },
    },
    shape: {
      field: "series",
      type: "nominal" as const,
      legend: null,
      scale: { domain, range: series.map((each) => each.shape) },
    },
  };
}

/** Corner points of the symbols in a box of side 2 around 0, for a legend beside the charts. */
export function symbolPath(shape: string): string {
  switch (shape) {
    case "square":
      return "M-.8-.8H.8V.8H-.8Z";
    case "triangle-up":
      return "M0-1L1 .8H-1Z";
    case "triangle-down":
      return "M0 1L1-.8H-1Z";
    case "diamond":
      return "M0-1.1L.9 0 0 1.1-.9 0Z";
    case "cross":
      return "M-1-.35H-.35V-1H.35V-.35H1V.35H.35V1H-.35V.35H-1Z";
    default:
      return "M-1 0A1 1 0 1 0 1 0 1 1 0 1 0-1 0Z";
  }
}
