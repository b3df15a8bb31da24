/** The viewer's worker: everything that takes time, away from the page, so that this stays quick. */
import { gpuBackend } from "../backends/gpu/gpu-backend.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";
import { MarchenkoError } from "../errors.ts";
import { analyseFiles } from "./analyse-files.ts";
import type { Job, News } from "./job.ts";
import { trainDigits } from "./train-digits.ts";

/** data/digits.csv.gz in base64, set by scripts/build-viewer.ts. */
declare const DIGITS_GZ: string;

const tell = (news: News): void => postMessage(news);

/** How each device is opened. */
const open = {
  cpu: () => wasmBackend({ threads: 1 }),
  gpu: () => gpuBackend({ clock: () => performance.now() }),
} as const;

/** How each job is done. */
const jobs: { readonly [Type in Job["type"]]: (job: Extract<Job, { type: Type }>) => Promise<void> } = {
  analyse: ({ files, workers }) => analyseFiles(files, workers, tell),
  async train({ preset, steps, device, workers }) {
    const backend = await open[device]();
    try {
      const { bytes, accuracy } = await trainDigits({
        preset,
        steps,
        backend,
        text: await digitsText(),
        onPoint: (point) => tell({ type: "training", point }),
      });
      const file = new File([bytes as Uint8Array<ArrayBuffer>], `${preset}-step-${steps}.safetensors`);
      tell({ type: "trained", file, accuracy, backend: backend.name });
      await analyseFiles([file], workers, tell);
    } finally {
      await backend.dispose();
    }
  },
};

async function digitsText(): Promise<string> {
  const packed = Uint8Array.from(atob(DIGITS_GZ), (character) => character.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(unpacked).text();
}

addEventListener("message", async ({ data }: MessageEvent<Job>) => {
  try {
    await jobs[data.type](data as never);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: "failed", message, isOurs: error instanceof MarchenkoError });
  }
});
