import { expect, test } from "vitest";
import { metricCatalogue } from "../../src/metrics/catalogue.ts";
import { describeMetric } from "../conformance/metric.ts";

test("ids are unique", () => {
  expect(new Set(metricCatalogue.map(({ id }) => id)).size).toBe(metricCatalogue.length);
});

for (const metric of metricCatalogue) describeMetric(metric);
