/** A comparison that the project promises: ours over the peer, at most. */
export interface Limit {
  readonly what: string;
  readonly peer: string;
  readonly atMost: number;
}

/** Names of what is compared, as the measuring scripts use them and the table shows them. */
export const names = {
  numpySvd: "numpy svd values",
  numpyGram: "numpy Gram + eigvalsh",
  mlMatrix: "ml-matrix SVD values",
  weightWatcher: "WeightWatcher analyze() alone",
  setOfMatrices: "72 matrices of a ViT-B",
  setAnalysed: "72 matrices of a ViT-B, whole analysis",
  setMixed: "72 mixed matrices, whole analysis",
  spectraAlone: "their spectra alone",
  checkpoint: "ViT-B checkpoint, bf16 safetensors",
  memory: "peak memory, ViT-B checkpoint",
  memoryLimit: "150 MB + 3 matrices a worker",
  longMemory: "peak memory, ten times as long",
  shortMemory: "the same, once as long",
};

/** `768x3072`, the way that a shape is written in the table. */
export function shapeName(rows: number, columns: number): string {
  return `${rows}x${columns}`;
}

/** The promises, in the order of the table. "Unchanged" is read as: within a tenth. */
export const limits: readonly Limit[] = [
  { what: shapeName(768, 3072), peer: names.numpySvd, atMost: 0.4 },
  { what: shapeName(1024, 4096), peer: names.numpySvd, atMost: 0.35 },
  { what: shapeName(768, 768), peer: names.numpySvd, atMost: 0.7 },
  { what: shapeName(2048, 2048), peer: names.numpySvd, atMost: 0.55 },
  { what: shapeName(4096, 4096), peer: names.numpySvd, atMost: 0.42 },
  { what: shapeName(50257, 768), peer: names.numpySvd, atMost: 0.8 },
  { what: names.setOfMatrices, peer: names.numpySvd, atMost: 0.38 },
  { what: names.setOfMatrices, peer: names.numpyGram, atMost: 1.15 },
  { what: names.setMixed, peer: names.spectraAlone, atMost: 1.3 },
  { what: names.checkpoint, peer: names.weightWatcher, atMost: 0.33 },
  { what: names.memory, peer: names.memoryLimit, atMost: 1 },
  { what: names.longMemory, peer: names.shortMemory, atMost: 1.1 },
];

/** The memory that a run may take, in bytes: 150 MB, and for each worker 3 times its largest float32 matrix. */
export function memoryLimit(workers: number, largestEntries: number): number {
  return 150e6 + workers * 3 * 4 * largestEntries;
}
