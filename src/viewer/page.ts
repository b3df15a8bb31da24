/** The viewer's page: takes files and wishes, hands them to the worker, and shows what comes back. */

import { drawCurve } from "./draw-curve.ts";
import type { Job, News, TrainingPoint } from "./job.ts";
import type { GivenReport } from "./viewer-document.ts";

/** Threads of an analysis: one is left to the page. */
const threads = Math.max(2, Math.min(8, (navigator.hardwareConcurrency || 2) - 1));

const find = <E extends Element = HTMLElement>(id: string): E => document.getElementById(id) as unknown as E;
const frame = find<HTMLIFrameElement>("report");
const workerText = find("worker").textContent ?? "";

let worker: Worker | null = null;
let addresses: string[] = [];
let points: TrainingPoint[] = [];

const addressOf = (blob: Blob): string => {
  const address = URL.createObjectURL(blob);
  addresses.push(address);
  return address;
};

function offer(text: string, name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.textContent = text;
  link.download = name;
  link.href = addressOf(blob);
  find("saves").append(link, " ");
}

function show({ name, page, json }: GivenReport): void {
  find("name").textContent = `Report of ${name}`;
  // Links within the report lead into the frame, not to the page that it is in.
  frame.srcdoc = page.replace("<head>", '<head><base href="about:srcdoc">');
  offer("Save the page", `${name}.html`, new Blob([page], { type: "text/html" }));
  offer("Save the result", `${name}.json`, new Blob([json], { type: "application/json" }));
  find("shown").hidden = false;
}

function fail(message: string): void {
  end();
  find("fault").textContent = message;
  find("fault").hidden = false;
}

function end(): void {
  worker?.terminate();
  worker = null;
  find("work").hidden = true;
}

/** What is done with what the worker says. */
const heard: { readonly [Type in News["type"]]: (news: Extract<News, { type: Type }>) => void } = {
  progress({ share, what }) {
    find<HTMLProgressElement>("share").value = share;
    find("what").textContent = what;
  },
  training({ point }) {
    points.push(point);
    const { step, steps, loss, activatedRatio } = point;
    if (step % 10 !== 0 && step !== steps) return;
    heard.progress({ type: "progress", share: step / steps, what: `step ${step} of ${steps}` });
    find("loss-now").textContent = loss.toFixed(3);
    const losses = points.map((each) => [each.step, each.loss] as const);
    find("loss-top").textContent = `(drawn from 0 to ${drawCurve(find("loss"), losses).toFixed(2)})`;
    if (activatedRatio === null) return;
    const ratios = points.flatMap((each) =>
      each.activatedRatio === null ? [] : [[each.step, each.activatedRatio] as const],
    );
    const top = drawCurve(find("ratio"), ratios);
    find("ratio-now").textContent = `${(100 * activatedRatio).toFixed(1)} %`;
    find("ratio-top").textContent = `(drawn from 0 to ${(100 * top).toFixed(1)} %)`;
  },
  trained({ file, accuracy, backend }) {
    find("trained").textContent =
      `Trained on ${backend}: ${(100 * accuracy).toFixed(1)} % of the test images told.`;
    offer("Save the model", file.name, file);
  },
  done(news) {
    end();
    show(news);
  },
  failed({ message, isOurs }) {
    fail(isOurs ? message : `This is a bug of the viewer: ${message}`);
  },
};

function start(job: Job): void {
  end();
  for (const address of addresses) URL.revokeObjectURL(address);
  addresses = [];
  find("saves").textContent = "";
  find("trained").textContent = "";
  find("fault").textContent = "";
  find("fault").hidden = true;
  find("shown").hidden = true;
  find("work").hidden = false;
  heard.progress({ type: "progress", share: 0, what: "starting" });
  worker = new Worker(addressOf(new Blob([workerText], { type: "text/javascript" })));
  worker.onmessage = ({ data }: MessageEvent<News>) => heard[data.type](data as never);
  worker.onerror = ({ message }) => fail(`The worker failed: ${message || "it could not be started"}`);
  worker.postMessage(job);
}

function analyse(files: FileList | null | undefined): void {
  if (!files?.length) return;
  find("curves").hidden = true;
  start({ type: "analyse", files: [...files], workers: threads });
}

const drop = find("drop");
const input = find<HTMLInputElement>("files");
input.addEventListener("change", () => {
  analyse(input.files);
  input.value = ""; // the same file can be chosen again
});
// Over the whole page: what misses the box would else be opened by the browser in the page's place.
addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
addEventListener("dragleave", () => drop.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  analyse(event.dataTransfer?.files);
});

find("stop").addEventListener("click", end);
find("device").hidden = !("gpu" in navigator);
find<HTMLFormElement>("train").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.currentTarget as HTMLFormElement);
  points = [];
  find("curves").hidden = false;
  start({
    type: "train",
    preset: String(form.get("preset")),
    steps: Number(form.get("steps")),
    device: form.get("device") === "gpu" ? "gpu" : "cpu",
    workers: threads,
  });
});

const given = document.getElementById("given")?.textContent;
if (given) {
  show(JSON.parse(given) as GivenReport);
  // What was asked for is what is seen first; the rest of the page is above it.
  find("shown").scrollIntoView();
}
