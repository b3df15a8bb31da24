import { type Html, html, trusted } from "../report/page/html.ts";
import { pageStyle } from "../report/page/page-style.ts";
import { presets } from "../train/presets/catalogue.ts";

/** Nothing is fetched from anywhere: scripts and workers are of this file alone. */
export const viewerPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:; img-src data: blob:; form-action 'none'";

/** A comment that `withReport` puts a report in place of. */
const givenMark = "<!-- given -->";

/** Programs of the viewer, each one text. */
export interface ViewerPrograms {
  readonly page: string;
  readonly worker: string;
}

/** Where a report that is there from the start comes from. */
export interface GivenReport {
  readonly name: string;
  /** A page that stands alone. */
  readonly page: string;
  /** The result that it shows. */
  readonly json: string;
}

/** The viewer as one HTML page: files are analysed, and a model is trained, where the page is open. */
export function viewerDocument({ page, worker }: ViewerPrograms): string {
  return html`${trusted("<!doctype html>")}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(viewerPolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>marchenko viewer</title>
<style>${trusted(pageStyle() + viewerStyle)}</style>
</head>
<body>
<div class="page viewer">
<header>
<p class="overline">marchenko viewer</p>
<h1>Spectra of a network's weights</h1>
<p class="lead">Files are read and analysed on this page; nothing is uploaded, and no request is made.</p>
</header>
<main>
<section aria-labelledby="open"><h2 id="open">A checkpoint of yours</h2>
<div id="drop" class="drop"><p><label for="files">Drop a file here, or choose one:</label>
<input id="files" type="file" multiple></p>
<p class="quiet">safetensors, GGUF, PyTorch (.pt, .pth, .bin), NumPy (.npz, .npy), ONNX, Flax (.msgpack), or a saved analysis (.json). HDF5 (.h5, .keras) is read by the command alone.</p></div>
</section>
${trainSection()}
<section id="work" aria-labelledby="doing" hidden><h2 id="doing">At work</h2>
<p><progress id="share" max="1" value="0" aria-labelledby="what"></progress> <button id="stop" type="button">Stop</button></p>
<p id="what" class="quiet" role="status"></p></section>
<p id="fault" class="fault" role="alert" hidden></p>
<section id="shown" aria-labelledby="name" hidden><h2 id="name">Report</h2>
<p id="saves" class="saves"></p>
<iframe id="report" title="The report" sandbox="allow-scripts allow-downloads"></iframe></section>
</main>
<footer><p>This page is one file and makes no request.</p></footer>
</div>
${trusted(givenMark)}
<script type="text/plain" id="worker">${trusted(inScript(worker))}</script>
<script>${trusted(inScript(page))}</script>
</body>
</html>
`.text;
}

/** The viewer with a report that it opens with. @param viewer - what `viewerDocument` gave. */
export function withReport(viewer: string, given: GivenReport): string {
  const data = JSON.stringify(given).replaceAll("<", "\\u003c");
  const [before, after] = viewer.split(givenMark);
  return `${before}<script type="application/json" id="given">${data}</script>${after}`;
}

function trainSection(): Html {
  const options = presets
    .filter(({ name }) => name.startsWith("digits"))
    .map(({ name, description }) => html`<option value="${name}">${name}: ${description}</option>`);
  return html`<section aria-labelledby="train-title"><h2 id="train-title">A model trained here</h2>
<form id="train">
<p><label>Recipe <select name="preset">${options}</select></label></p>
<p><label>Steps <input name="steps" type="number" min="1" max="100000" value="345" required></label>
<label id="device" hidden>On <select name="device"><option value="cpu">the CPU (WebAssembly)</option><option value="gpu">the GPU (WebGPU)</option></select></label>
<button>Train and analyse</button></p></form>
<div id="curves" class="curves" hidden>
<figure><svg id="loss" viewBox="0 0 300 100" role="img" aria-label="Loss over steps"></svg><figcaption>Loss <span id="loss-now"></span> <span id="loss-top"></span></figcaption></figure>
<figure><svg id="ratio" viewBox="0 0 300 100" role="img" aria-label="Activated ratio over steps"></svg><figcaption>Activated ratio <span id="ratio-now"></span> <span id="ratio-top"></span></figcaption></figure>
</div><p id="trained" class="quiet" role="status"></p></section>`;
}

/** A text that stands in a script element: no part of it may end or open one. */
function inScript(text: string): string {
  return text.replace(/<(?=\/script|!--|script)/gi, "\\x3c");
}

const viewerStyle = `
.viewer h2{margin:2.5rem 0 .75rem}
.drop{border:2px dashed var(--line);border-radius:10px;padding:1.5rem;background:var(--card)}
.drop.over{border-color:var(--accent)}
.viewer select,.viewer input{max-width:100%}
progress{width:min(26rem,70%)}
.fault{color:var(--error);white-space:pre-wrap;overflow-wrap:anywhere}
.curves{display:flex;flex-wrap:wrap;gap:1.5rem}
.curves[hidden]{display:none}
.curves figure{margin:0;flex:1 1 260px}
.curves svg{width:100%;background:var(--card);border:1px solid var(--line);border-radius:8px}
.curves polyline{fill:none;stroke:var(--accent);stroke-width:1.5}
.saves a{margin-right:1rem}
iframe{width:100%;height:88vh;border:1px solid var(--line);border-radius:10px;background:var(--paper)}
`;
