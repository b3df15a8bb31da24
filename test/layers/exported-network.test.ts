import { expect, test } from "vitest";
import { openCheckpoint } from "../../src/checkpoint/open-checkpoint.ts";
import { layersOf } from "../../src/layers/layers-of.ts";

/** The matrices of a file of scripts/fixtures/onnx_exports.py: a row an output, whatever their orientation. */
async function matricesIn(file: string) {
  const checkpoint = await openCheckpoint(`data/checkpoint-cases/onnx/${file}`);
  const layers = layersOf(await checkpoint.tensors());
  const analysed = layers.filter(({ skip }) => skip === null);
  return await Promise.all(
    analysed.map(async ({ layer, kind, role, block, orientation, read }) => {
      const { rows, columns, data } = await read();
      const outputs = orientation === "out-in" ? rows : columns;
      const byOutput = Array.from({ length: outputs }, (_, output) =>
        Array.from(
          data.filter(
            (_, k) => (orientation === "out-in" ? Math.floor(k / columns) : k % columns) === output,
          ),
        ),
      );
      const gate = /\[(.)\]$/.exec(layer)?.[1] ?? null;
      return { kind, role, block, gate, byOutput };
    }),
  );
}

const inOrder = (matrices: Awaited<ReturnType<typeof matricesIn>>) =>
  matrices.map((matrix) => JSON.stringify(matrix)).sort();

test.each(["exported-script.onnx", "exported-graph.onnx"])(
  "%s has every matrix of the state dict with its kind, role, block and gate, each output from the same weights",
  async (file) => {
    expect(inOrder(await matricesIn(file))).toEqual(inOrder(await matricesIn("exported.pt")));
  },
);
