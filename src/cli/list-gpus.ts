import { gpuFacts } from "./gpu-facts.ts";

// A program of its own: see `probe-gpus.ts`.
process.stdout.write(JSON.stringify(await gpuFacts()));
