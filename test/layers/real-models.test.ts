import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Tensor } from "../../src/checkpoint/tensor.ts";
import { layersOf } from "../../src/layers/layers-of.ts";

interface ManifestFile {
  file: string;
  tensors?: { name: string; shape: number[] }[];
}

const manifest = new URL("../../../shared/real-models/manifest.json", import.meta.url);
const files: ManifestFile[] = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : [];

function layersOfFile(file: string) {
  const { tensors } = files.find((entry) => entry.file === file)!;
  return layersOf(
    tensors!.map(({ name, shape }): Tensor => {
      const read = () => Promise.reject(new Error("not read here"));
      return { name, shape, dtype: "F32", sizeBytes: 0, file, storage: null, read };
    }),
  );
}

/** Layer, kind, depth and matrix of what is analysed. */
const analysed = (file: string) =>
  layersOfFile(file).flatMap(({ layer, kind, depth, matrixShape, skip }) =>
    skip === null ? [[layer, kind, depth, matrixShape]] : [],
  );

describe.skipIf(files.length === 0)("real checkpoints", () => {
  test("silero's speech detector is analysed from its transform to its last convolution", () => {
    expect(analysed("silero_vad_16k.safetensors")).toEqual([
      ["stft_conv.weight", "conv", 0, [258, 256]],
      ["conv1.weight", "conv", 1, [128, 387]],
      ["conv2.weight", "conv", 2, [64, 384]],
      ["conv3.weight", "conv", 3, [64, 192]],
      ["conv4.weight", "conv", 4, [128, 192]],
      ...["ih", "hh"].flatMap((of) =>
        ["i", "f", "g", "o"].map((gate) => [`lstm_cell.weight_${of}[${gate}]`, "recurrent", 5, [128, 128]]),
      ),
      ["final_conv.weight", "conv", 6, [1, 128]],
    ]);
  });

  test("two models in one file count their depths apart", () => {
    const depths = layersOfFile("silero_vad.jit").flatMap(({ skip, depth }) =>
      skip === null ? [depth] : [],
    );
    const gates = Array.from({ length: 8 }, () => 5);
    expect(depths).toEqual([0, 1, 2, 3, 4, ...gates, 6, 0, 1, 2, 3, 4, ...gates, 6]);
  });

  test("the face detector's branches come after its convolutions", () => {
    expect(analysed("rnet.pt").map(([layer, , depth]) => [layer, depth])).toEqual([
      ["conv1.weight", 0],
      ["conv2.weight", 1],
      ["conv3.weight", 2],
      ["dense4.weight", 3],
      ["dense5_1.weight", 4],
      ["dense5_2.weight", 5],
    ]);
  });

  test("Keras kernels are flattened with their outputs last, and no depth is guessed", () => {
    const layers = analysed("fer2013_mini_XCEPTION.102-0.66.hdf5");
    // Eight depthwise kernels besides, which are no matrices.
    expect(layers).toHaveLength(15);
    expect(layers).toContainEqual(["model_weights/conv2d_7/conv2d_7_1/kernel:0", "conv", null, [1152, 7]]);
  });

  test("no tensor of any file is lost", () => {
    for (const { file, tensors } of files) {
      if (tensors === undefined) continue;
      expect(new Set(layersOfFile(file).map(({ tensor }) => tensor))).toEqual(
        new Set(tensors.map(({ name }) => name)),
      );
    }
  });
});
