import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openCheckpoint } from "../../src/checkpoint/index.ts";

const root = join("test", "fixtures", "trainer");

/** A fixture's tensors: their entries by name. */
export function tensorsOf(...path: readonly string[]): Promise<Map<string, Float32Array | Float64Array>> {
  return tensorsAt(join(root, ...path));
}

/** The same of any file. */
export async function tensorsAt(path: string): Promise<Map<string, Float32Array | Float64Array>> {
  const checkpoint = await openCheckpoint(path);
  const tensors = new Map<string, Float32Array | Float64Array>();
  for (const tensor of checkpoint.tensors()) tensors.set(tensor.name, await tensor.read());
  await checkpoint.close();
  return tensors;
}

/** A case of scripts/fixtures/make_fixtures.py: what transformers and torch made, versions in its manifest. */
export async function modelCase(name: string) {
  const config = JSON.parse(readFileSync(join(root, name, "checkpoint", "config.json"), "utf8")) as unknown;
  return {
    config,
    weights: await tensorsOf(name, "checkpoint", "model.safetensors"),
    reference: await tensorsOf(name, "reference.safetensors"),
  };
}
