import { describe, expect, test } from "vitest";
import { escapeHtml } from "../../src/report/escape-html.ts";
import { html } from "../../src/report/page/html.ts";
import { renderReport } from "../../src/report/page/render-page.ts";
import { exampleResult, exampleSeries, manyLayers, twoModels } from "./example-result.ts";

describe("the page of a result", () => {
  test("has the same bytes each time, whatever differed between equal runs", async () => {
    const other = exampleResult();
    other.provenance.run = { host: "elsewhere", cacheHits: 7 };
    const page = await renderReport(exampleResult());
    expect((await renderReport(other)) === page).toBe(true);
    expect(page.includes("secret-host")).toBe(false);
  });

  test("answers first: the verdict stands before any section", async () => {
    const page = await renderReport(exampleResult());
    const verdict = page.indexOf("4 of 12 analysed matrices are noise with spikes");
    expect(verdict).toBeGreaterThan(0);
    expect(verdict).toBeLessThan(page.indexOf("<section"));
  });

  test("orders findings by severity and links each to its layer", async () => {
    const page = await renderReport(exampleResult());
    const places = ["dead-directions", "dominant-direction", "fit-untested"].map((id) => page.indexOf(id));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(page.includes('href="#layer-blocks.1.mlp.fc_out.weight"')).toBe(true);
    expect(page.includes('id="layer-blocks.1.mlp.fc_out.weight"')).toBe(true);
  });

  test("says that Marchenko-Pastur is rejected in place of a scale with an error", async () => {
    const page = await renderReport(exampleResult());
    const card = page.split('id="layer-wte.weight"')[1]!.split("</details>")[0]!;
    expect(card.includes("Marchenko-Pastur is rejected (p = 0.005")).toBe(true);
    expect(/\d ± \d/.test(card)).toBe(false);
    const fitting = page.split('id="layer-blocks.0.attn.q.weight"')[1]!.split("</details>")[0]!;
    expect(/\d ± \d/.test(fitting)).toBe(true);
  });

  test("has a convolution's singular values as a map of images, where they were asked for", async () => {
    const result = exampleResult();
    const layer = result.checkpoints[0]!.layers.find(({ status }) => status === "analysed")!;
    expect((await renderReport(result)).includes("As a map of images")).toBe(false);
    layer.convolutionOperator = {
      ...{ inputSize: [8, 8], count: 192, maxSingularValue: 2.5, minSingularValue: 0, errorBound: 1e-9 },
      quantiles: [0, 1.25, 2.5],
    };
    const page = await renderReport(result);
    const group = page.split("As a map of images")[1]!.split("</dl>")[0]!;
    expect([...group.matchAll(/<dd>([^<]*)/g)].map((match) => match[1])).toEqual([
      ...["8×8", "192", "2.50", "1.25"],
      "≤ 1.00e-9",
    ]);
  });

  test("has a row for every tensor, skipped ones with their reason", async () => {
    const page = await renderReport(exampleResult());
    expect(page.match(/<tr data-verdict=/g)).toHaveLength(16);
    expect(page.includes('<span title="Integers are no weights.">skipped: integer</span>')).toBe(true);
  });

  test("has no address to load anything from", async () => {
    const page = await renderReport(exampleResult());
    expect(/<(?:link|iframe|object|embed|base|img|image|use)\b|@import|url\(|\bsrc=/.test(page)).toBe(false);
    expect(page.includes("default-src 'none'; style-src 'unsafe-inline'")).toBe(true);
  });

  test("every link within the page has its target, and every id is unique", async () => {
    for (const result of [exampleResult(), exampleSeries(), twoModels()]) {
      const page = await renderReport(result);
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
    }
  });

  test("of 100 layers is under 2 MB and is made in under 8 seconds", async () => {
    const start = performance.now();
    const page = await renderReport(manyLayers(100));
    expect(performance.now() - start).toBeLessThan(8000);
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    const densities = [...page.matchAll(/data-view="density"[^>]*>(<svg.*?<\/svg>)/gs)];
    expect(densities).toHaveLength(100);
    for (const [, svg] of densities) expect(Buffer.byteLength(svg!)).toBeLessThan(8192);
  });

  test("of nothing analysed says so", async () => {
    const page = await renderReport({ ...exampleResult(), checkpoints: [] });
    expect(page.includes("No checkpoint was analysed.")).toBe(true);
  });
});

describe("the page of a series", () => {
  test("shows the last checkpoint in full, the first in small, and the numbers of all", async () => {
    const page = await renderReport(exampleSeries());
    expect(page.match(/<table class="layers">/g)).toHaveLength(5);
    expect(page.match(/class="card"/g)).toHaveLength(12);
    expect(page.match(/Show data/g)).toHaveLength(6);
    expect(page.includes('id="trajectories"')).toBe(true);
    expect(page.includes("Every number of the earlier ones is in a table here")).toBe(true);
  });
});

describe("what training measured", () => {
  test("is drawn beside the spectra, a line for each part of the data", async () => {
    const series = exampleSeries();
    expect((await renderReport(series)).includes('id="measured"')).toBe(false);
    const steps = [0, 500, 1000];
    series.measured = [
      {
        layer: "model",
        part: "train",
        steps,
        values: { loss: [2.3, null, 0.5], activatedRatio: [0.5, 0.3, 0.1] },
      },
      { layer: "model", part: "test", steps, values: { loss: [2.3, 1, 0.75] } },
      {
        layer: "blocks.0.mlp.fc_in.weight",
        part: "test",
        steps,
        values: { activatedRatio: [0.5, 0.4, 0.2] },
      },
    ];
    const page = await renderReport(series);
    const section = page.split('id="measured"')[1]!.split("<section")[0]!;
    expect([...section.matchAll(/<figcaption>([^<]*)/g)].slice(0, 2).map((match) => match[1])).toEqual([
      "Loss: from 2.30 to 0.500 on train data, from 2.30 to 0.750 on test data.",
      "Activated ratio, mean over blocks: from 0.500 to 0.100 on train data.",
    ]);
  });
});

describe("a hostile text", () => {
  const hostile = "</script><img src=x onerror=alert(1)>\"'\u2028\u202e&amp;";

  test("is escaped wherever it stands", async () => {
    const result = exampleResult();
    const checkpoint = result.checkpoints[0]!;
    for (const layer of checkpoint.layers.slice(0, 13)) {
      Object.assign(layer, { layer: layer.layer + hostile, role: hostile, block: hostile, dtype: hostile });
      Object.assign(layer, { detail: hostile, verdictEvidence: hostile });
      if (layer.reason !== null) layer.reason = hostile;
      if (layer.metrics !== null) layer.metrics[hostile] = 1;
      if (layer.spectrum !== null) layer.spectrum.method = hostile;
    }
    checkpoint.id = hostile;
    checkpoint.findings[0] = { ...checkpoint.findings[0]!, id: hostile, evidence: hostile, advice: hostile };
    result.provenance.files = [{ path: hostile, sizeBytes: 1 }];
    result.provenance.configuration = { [hostile]: hostile };
    result.provenance.version = hostile;
    result.warnings = [hostile];
    const page = await renderReport(result);
    expect(page.includes("<img")).toBe(false);
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(/[\u2028\u202e]/u.test(page)).toBe(false);
  });

  test("cannot leave a quoted attribute", () => {
    expect(html`<b title="${'" onclick="x'}">`.text).toBe('<b title="&quot; onclick=&quot;x">');
    expect(escapeHtml("a\nb\u0000")).toBe("a\nb�");
  });
});
