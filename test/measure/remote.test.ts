import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { measure } from "../../src/measure/measure.ts";
import { gradientNoise } from "../../src/noise/noise.ts";
import { fakeHub } from "../checkpoint/fake-hub.ts";
import { serveFiles, testServers } from "../checkpoint/file-server.ts";
import { runFolders, trainHere } from "../train/toy.ts";

const serve = testServers();
const run = runFolders()();
const vit = {
  name: "toy-vit",
  data: { name: "digits" },
  model: { kind: "vit", width: 8, depth: 2, mlpWidth: 16 },
  optimizer: { name: "adamw", learningRate: 0.01 },
  steps: 2,
  batchSize: 8,
  evaluateBatches: 1,
};
const last = join(run, "checkpoints", "step-000002");
const few = { batches: 1, parts: ["test"], only: ["activationSparsity"] } as const;

beforeAll(async () => {
  await trainHere({ recipe: vit, out: run });
});

it("a checkpoint of a server is measured as one on disk, by the recipe that is in it", async () => {
  const server = await serve(
    serveFiles({ "/model.safetensors": readFileSync(join(last, "model.safetensors")) }),
  );
  const here = await measure(join(last, "model.safetensors"), few);
  const address = `${server.origin}/model.safetensors`;
  const there = await measure(`${address}?signature=x`, few);
  expect(there.checkpoints).toEqual([{ ...here.checkpoints[0], path: address }]);
  const noise = await gradientNoise(address, { batches: 4, batchSize: 4 });
  expect(noise.checkpoints[0]!.path).toBe(address);
});

it("a model of the hub is measured by its config.json, on data that are named", async () => {
  const { tensorsOnly, config } = withoutRecipe();
  const server = await serve(fakeHub({ files: { "model.safetensors": tensorsOnly, "config.json": config } }));
  const remote = { endpoint: server.origin };
  await expect(measure("hf://owner/model", { ...few, remote })).rejects.toThrow(/nothing tells of data/);
  const { checkpoints, provenance } = await measure("hf://owner/model", { ...few, remote, data: "digits" });
  expect(checkpoints).toHaveLength(1);
  expect(provenance.configuration).toMatchObject({
    recipeFrom: expect.stringMatching(/^config\.json beside hf:\/\//),
  });
});

/** The weights without the metadata that tell of the recipe. */
function withoutRecipe() {
  const bytes = readFileSync(join(last, "model.safetensors"));
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: _, ...header } = JSON.parse(bytes.subarray(8, 8 + length).toString());
  const text = Buffer.from(JSON.stringify(header).padEnd(length, " "));
  return {
    tensorsOnly: Buffer.concat([bytes.subarray(0, 8), text, bytes.subarray(8 + length)]),
    config: readFileSync(join(last, "config.json"), "utf8"),
  };
}
