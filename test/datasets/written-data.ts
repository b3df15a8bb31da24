import { gzipSync } from "node:zlib";

/** An IDX file of bytes: header and data. */
export function idx(shape: readonly number[], data: ArrayLike<number>, type = 0x08): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((extent, axis) => {
    view.setUint32(4 + 4 * axis, extent);
  });
  bytes.set(Array.from(data), 4 + 4 * shape.length);
  return bytes;
}

/** Bytes that differ from their neighbours, the same every time. */
export function pattern(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (37 * (i + start) + (i >> 8)) & 255);
}

/** Five training and three test images in MNIST's files, two of them gzipped. */
export function mnistFiles(side = 28): Record<string, Uint8Array> {
  return {
    "train-images-idx3-ubyte": idx([5, side, side], pattern(5 * side * side)),
    "train-labels-idx1-ubyte": idx([5], [3, 0, 9, 1, 1]),
    "t10k-images.idx3-ubyte.gz": gzipSync(idx([3, side, side], pattern(3 * side * side, 11))),
    "t10k-labels-idx1-ubyte.gz": gzipSync(idx([3], [2, 2, 7])),
  };
}

/** Records of CIFAR-10's binary version with these labels. */
export function cifarRecords(labels: readonly number[], start = 0): Uint8Array {
  const bytes = new Uint8Array(3073 * labels.length);
  labels.forEach((label, i) => {
    bytes[3073 * i] = label;
    bytes.set(pattern(3072, start + i), 3073 * i + 1);
  });
  return bytes;
}

export function cifarFiles(): Record<string, Uint8Array> {
  const training = [1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, cifarRecords([i, 9 - i], i)] as const);
  return { ...Object.fromEntries(training), "test_batch.bin": cifarRecords([0, 9, 4], 50) };
}

/** JSON lines, gzipped, as C4's shards are. */
export function shard(texts: readonly string[]): Uint8Array {
  return gzipSync(texts.map((text) => `${JSON.stringify({ text, url: "x" })}\n`).join(""));
}

/** The least tokenizer.json with words as tokens, and sentinels at its end where they are asked for. */
export function wordTokenizer(words: readonly string[], sentinels = 0): string {
  const special = Array.from({ length: sentinels }, (_, i) => `<extra_id_${sentinels - 1 - i}>`);
  const all = ["<pad>", "</s>", "<unk>", ...words, ...special];
  const vocab = Object.fromEntries(all.map((word, id) => [word, id]));
  return JSON.stringify({
    version: "1.0",
    added_tokens: [...all.slice(0, 3), ...special].map((content) => ({
      id: vocab[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordPiece",
      vocab,
      unk_token: "<unk>",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
    },
  });
}
