import { writeFileSync } from "node:fs";
import { renderReport } from "../../src/report/page/render-page.ts";
import { exampleResult, exampleSeries, manyLayers } from "./example-result.ts";

const r = exampleResult();
writeFileSync("/tmp/one.html", await renderReport(r));
writeFileSync("/tmp/series.html", await renderReport(exampleSeries()));
const two = exampleResult();
const b = exampleResult().checkpoints[0]!;
two.checkpoints.push({ ...b, id: "tuned/model <b>" });
writeFileSync("/tmp/two.html", await renderReport(two));
const m = manyLayers(100);
const t = performance.now();
const s = await renderReport(m);
console.log("100:", performance.now() - t, s.length);
writeFileSync("/tmp/many.html", s);
