import { closeSync, ftruncateSync, openSync, renameSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { randomStream } from "../../src/linalg/random.ts";

/**
 * Writes a checkpoint with the matrices of a ViT-B under the names that Hugging Face gives them, as
 * bfloat16 safetensors: per block 4 of 768x768, one 3072x768 and one 768x3072, with biases and norms. The
 * weights are noise with a few planted directions around the threshold of detection; nothing was trained.
 *
 *     tsx scripts/bench/make-vit-b.ts [PATH] [--blocks 12] [--copies 1] [--seed 1]
 *
 * `--copies N` makes the checkpoint N times as long: as many blocks more, each drawn afresh. A matrix is
 * written as soon as it is drawn, so memory does not grow with the length.
 */
export interface VitB {
  /** Blocks of a copy; a ViT-B has 12. */
  readonly blocks: number;
  readonly copies: number;
  readonly seed: number;
}

const width = 768;
const hidden = 4 * width;

/** Rows and columns of what a block multiplies by. */
export const blockMatrices: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  "attention.attention.query": [width, width],
  "attention.attention.key": [width, width],
  "attention.attention.value": [width, width],
  "attention.output.dense": [width, width],
  "intermediate.dense": [hidden, width],
  "output.dense": [width, hidden],
};

/** Standard deviation of an entry of the noise. */
const scale = 0.02;

/** Strengths of the planted directions, over the least one that leaves the noise. */
const strengths = [4, 2, 1.2];

interface Planned {
  readonly name: string;
  readonly shape: readonly number[];
  readonly entries: () => Float32Array;
}

/** A matrix of noise with planted directions, row-major. */
function weights(rows: number, columns: number, seed: number, name: string): Float32Array {
  const stream = randomStream(seed, ["vit-b", name]);
  const data = Float32Array.from({ length: rows * columns }, () => scale * stream.normal());
  for (const strength of strengths) {
    const left = Float64Array.from({ length: rows }, () => stream.normal() / Math.sqrt(rows));
    const right = Float64Array.from({ length: columns }, () => stream.normal() / Math.sqrt(columns));
    for (let i = 0; i < rows; i++) {
      const factor = strength * scale * (rows * columns) ** 0.25 * left[i]!;
      for (let j = 0; j < columns; j++) data[i * columns + j]! += factor * right[j]!;
    }
  }
  return data;
}

function plan({ blocks, copies, seed }: VitB): Planned[] {
  const planned: Planned[] = [];
  const norm = (name: string) => {
    planned.push({ name: `${name}.weight`, shape: [width], entries: () => new Float32Array(width).fill(1) });
    planned.push({ name: `${name}.bias`, shape: [width], entries: () => new Float32Array(width) });
  };
  for (let block = 0; block < blocks * copies; block++) {
    const prefix = `vit.encoder.layer.${block}`;
    for (const [part, [rows, columns]] of Object.entries(blockMatrices)) {
      const name = `${prefix}.${part}.weight`;
      planned.push({ name, shape: [rows, columns], entries: () => weights(rows, columns, seed, name) });
      planned.push({ name: `${prefix}.${part}.bias`, shape: [rows], entries: () => new Float32Array(rows) });
    }
    norm(`${prefix}.layernorm_before`);
    norm(`${prefix}.layernorm_after`);
  }
  norm("vit.layernorm");
  return planned;
}

/** Entries rounded to bfloat16, ties to even: the upper half of the bits of a float32. */
function bfloat16(entries: Float32Array): Uint8Array {
  const bits = new Uint32Array(entries.buffer);
  const codes = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) codes[i] = (bits[i]! + 0x7fff + ((bits[i]! >>> 16) & 1)) >>> 16;
  return new Uint8Array(codes.buffer);
}

/** Writes the checkpoint; a file that is there is replaced once the new one is whole. */
export function makeVitB(path: string, size: VitB): void {
  const planned = plan(size);
  const header: Record<string, unknown> = { __metadata__: { format: "pt", note: "synthetic, not trained" } };
  let begin = 0;
  for (const { name, shape } of planned) {
    const end = begin + 2 * shape.reduce((product, extent) => product * extent, 1);
    header[name] = { dtype: "BF16", shape, data_offsets: [begin, end] };
    begin = end;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = openSync(`${path}.partial`, "w");
  try {
    let position = 0;
    const write = (bytes: Uint8Array) => {
      for (let done = 0; done < bytes.length; ) {
        const written = writeSync(file, bytes, done, bytes.length - done, position);
        done += written;
        position += written;
      }
    };
    ftruncateSync(file, 8 + json.length + begin);
    write(length);
    write(json);
    for (const { entries } of planned) write(bfloat16(entries()));
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.partial`, path);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      blocks: { type: "string", default: "12" },
      copies: { type: "string", default: "1" },
      seed: { type: "string", default: "1" },
    },
  });
  const path = positionals[0] ?? join(tmpdir(), "marchenko-vit-b.safetensors");
  const { blocks, copies, seed } = values;
  makeVitB(path, { blocks: Number(blocks), copies: Number(copies), seed: Number(seed) });
  console.log(path);
}
