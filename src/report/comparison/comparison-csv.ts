import { metricValue } from "../../analysis/metric-value.ts";
import { comparedMetrics } from "../../comparison/metric-differences.ts";
import type { ComparisonResult } from "../../comparison/result.ts";
import { dimensions } from "../../comparison/subspace-overlap.ts";
import { csvOf, inert } from "../csv.ts";
import { exactNumber } from "../format-number.ts";
import { shapeText } from "../layer-facts.ts";
import { changeAsLayer } from "./comparison-words.ts";

const facts = [
  "layer",
  "kind",
  "role",
  "block",
  "depth",
  "shape",
  "status",
  "state",
  "verdict.a",
  "verdict.b",
];
const movements = [
  "relativeChange",
  "relativeChangeError",
  "spectralDistance",
  "spectralDistanceError",
] as const;

/**
 * A comparison as CSV by RFC 4180: a row a layer, the most moved first, then those of one side and those that were not
 * compared, with `status` compared | only-in-a | only-in-b | not-compared. Metrics of W_B - W_A are under `change.`;
 * of each metric there are A's, B's, the difference, its error and its state.
 *
 * @returns text with CRLF ends; numbers read back as the same doubles and null is an empty field. Texts are made inert.
 */
export function comparisonCsv({ layers, onlyInA, onlyInB, notCompared }: ComparisonResult): string {
  const ids = comparedMetrics.map(({ id }) => id);
  const changed = [...ids, "marchenkoPastur.pValue"];
  const heads = [
    ...facts,
    ...movements,
    "change.verdict",
    ...changed.map((id) => `change.${id}`),
    ...dimensions.flatMap((k) =>
      ["left", "right"].flatMap((side) => [`overlap${k}.${side}`, `overlap${k}.${side}Random`]),
    ),
    ...ids.flatMap((id) => ["a", "b", "difference", "error", "state"].map((field) => `${id}.${field}`)),
  ];
  const rows = layers.map((layer) => {
    const change = changeAsLayer(layer);
    return [
      inert(layer.layer),
      inert(layer.kind),
      inert(layer.role ?? ""),
      inert(layer.block ?? ""),
      exactNumber(layer.depth),
      shapeText(layer.shape, "x"),
      "compared",
      layer.state,
      layer.verdicts.a ?? "",
      layer.verdicts.b ?? "",
      ...movements.map((key) => exactNumber(layer[key])),
      layer.change?.verdict ?? "",
      ...changed.map((id) => exactNumber(change && metricValue(change, id))),
      ...dimensions.flatMap((k) => {
        const found = layer.overlaps?.find(({ dimension }) => dimension === k);
        return (["left", "right"] as const).flatMap((side) => [
          exactNumber(found?.[side].overlap),
          exactNumber(found?.[side].random),
        ]);
      }),
      ...ids.flatMap((id) => {
        const found = layer.differences[id];
        const numbers = [found?.a, found?.b, found?.difference, found?.error];
        return [...numbers.map((value) => exactNumber(value)), found?.state ?? ""];
      }),
    ];
  });
  const padded = (cells: readonly string[]) => [
    ...cells,
    ...new Array<string>(heads.length - cells.length).fill(""),
  ];
  const lonely = (["only-in-a", "only-in-b"] as const).flatMap((status) =>
    (status === "only-in-a" ? onlyInA : onlyInB).map(({ layer, kind, role, block, depth, shape }) =>
      padded([
        inert(layer),
        inert(kind),
        inert(role ?? ""),
        inert(block ?? ""),
        exactNumber(depth),
        shapeText(shape, "x"),
        status,
      ]),
    ),
  );
  const others = notCompared.map(({ layer, shapeB }) =>
    padded([inert(layer), "", "", "", "", shapeText(shapeB, "x"), "not-compared"]),
  );
  return csvOf([heads, ...rows, ...lonely, ...others]);
}
