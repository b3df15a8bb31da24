import { mkdirSync, writeFileSync } from "node:fs";
import { writeSafetensors } from "../src/checkpoint/safetensors-writer.ts";
import { randomStream } from "../src/linalg/random.ts";

/**
 * Makes `data/example-series`: six checkpoints of a small transformer that was never trained. Weights are
 * drawn at random once; a low-rank part then grows with the step, faster in later blocks, so that spikes
 * leave the noise one after the other. Run with `npm run example-data`; the same files each time.
 */
const folder = "data/example-series";
const seed = 20231026;
const steps = [0, 100, 200, 400, 800, 1600];
const width = 64;
const hidden = 192;
const blocks = 3;

/** Rows, columns and rank of what grows in each matrix of a block. */
const matrices: Readonly<Record<string, readonly [rows: number, columns: number, rank: number]>> = {
  "attention.attention.query": [width, width, 2],
  "attention.attention.key": [width, width, 2],
  "attention.attention.value": [width, width, 1],
  "attention.output.dense": [width, width, 1],
  "intermediate.dense": [hidden, width, 3],
  "output.dense": [width, hidden, 2],
};

/** Standard deviation of the entries at the start. */
const initialScale = 0.08;

function unitVector(name: string, length: number): Float64Array {
  const stream = randomStream(seed, ["direction", name]);
  const vector = Float64Array.from({ length }, () => stream.normal());
  const norm = Math.hypot(...vector);
  return vector.map((entry) => entry / norm);
}

/** A matrix at a step: noise, and directions whose strength grows to a few times what noise can hide. */
function weights(name: string, block: number, step: number): Float32Array {
  const [rows, columns, rank] = matrices[name]!;
  const stream = randomStream(seed, ["noise", name, block]);
  const data = Float32Array.from({ length: rows * columns }, () => initialScale * stream.normal());
  const threshold = initialScale * (rows * columns) ** 0.25;
  const progress = step / (step + 400);
  for (let direction = 0; direction < rank; direction++) {
    const strength = (threshold * progress * (2 + 3 * block)) / (direction + 1);
    const left = unitVector(`${name} ${block} ${direction} left`, rows);
    const right = unitVector(`${name} ${block} ${direction} right`, columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) data[i * columns + j]! += strength * left[i]! * right[j]!;
    }
  }
  return data;
}

for (const step of steps) {
  const path = `${folder}/step-${String(step).padStart(6, "0")}`;
  mkdirSync(path, { recursive: true });
  const tensors = [];
  for (let block = 0; block < blocks; block++) {
    const prefix = `vit.encoder.layer.${block}`;
    for (const [name, [rows, columns]] of Object.entries(matrices)) {
      tensors.push({
        name: `${prefix}.${name}.weight`,
        shape: [rows, columns],
        dtype: "F16" as const,
        data: weights(name, block, step),
      });
      tensors.push({
        name: `${prefix}.${name}.bias`,
        shape: [rows],
        dtype: "F16" as const,
        data: new Float32Array(rows),
      });
    }
    const ones = new Float32Array(width).fill(1);
    tensors.push({
      name: `${prefix}.layernorm_before.weight`,
      shape: [width],
      dtype: "F16" as const,
      data: ones,
    });
  }
  await writeSafetensors(`${path}/model.safetensors`, tensors, {
    format: "pt",
    note: "synthetic, not trained",
  });
}
writeFileSync(
  `${folder}/README.md`,
  `# Example series

Six checkpoints of a transformer with ${blocks} blocks that was **never trained**: random weights into which low-rank
structure is blended as the step grows. Made by \`npm run example-data\` (seed ${seed}), for the demo and the tests.
`,
);
