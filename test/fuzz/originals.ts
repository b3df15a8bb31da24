import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeSafetensors } from "../../src/checkpoint/index.ts";
import {
  torchLegacyFile,
  torchScriptFile,
  torchShards,
  torchTarFile,
  torchZipFile,
} from "../checkpoint/torch-files.ts";
import { npyFile, npzFile, shardedFiles } from "../checkpoint/written-files.ts";
import {
  flaxFile,
  flaxShards,
  graphModel,
  hdf5File,
  kerasFile,
  kerasShards,
  layersModel,
  tfjsFiles,
} from "../checkpoint/written-frameworks.ts";
import type { Files } from "./mutants.ts";

/** A small model that damage is done to. */
export interface Original {
  readonly title: string;
  readonly files: () => Promise<Files>;
}

/** Bytes of a case beyond which damage hits headers too seldom. */
const MOST_BYTES = 100_000;

const own = fileURLToPath(new URL("../../data/checkpoint-cases/", import.meta.url));
/** Files of the reference writers, which stay outside of the project. */
const shared = fileURLToPath(new URL("../../../shared/checkpoint-cases/", import.meta.url));

const tensors = [
  { name: "a.weight", shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i) },
  { name: "a.bias", shape: [3], data: Float32Array.of(1, 2, 3) },
];

/** By the tests' own writers: at least one of every format that has no file in `data/checkpoint-cases`. */
const written: Readonly<Record<string, () => Promise<Files>>> = {
  safetensors: async () => new Map([["m.safetensors", encodeSafetensors(tensors, { format: "pt" })]]),
  "safetensors in shards": async () => shardedFiles(tensors),
  npy: async () => new Map([["w.npy", npyFile(tensors[0]!)]]),
  npz: async () => new Map([["m.npz", await npzFile(tensors, true)]]),
  "npz, stored": async () => new Map([["m.npz", await npzFile(tensors, false)]]),
  pytorch: async () => new Map([["m.pt", await torchZipFile(tensors)]]),
  "pytorch, deflated": async () => new Map([["m.pt", await torchZipFile(tensors, true)]]),
  torchscript: async () => new Map([["m.jit", await torchScriptFile(tensors)]]),
  "pytorch, legacy": async () => new Map([["m.pth", torchLegacyFile(tensors)]]),
  "pytorch, tar": async () => new Map([["m.pth.tar", torchTarFile(tensors)]]),
  "pytorch in shards": async () => torchShards(tensors),
  "keras 2": async () => new Map([["m.h5", await hdf5File(tensors, { compressed: true })]]),
  "keras 3": async () => new Map([["m.keras", await kerasFile(tensors)]]),
  "keras 3, deflated": async () => new Map([["m.keras", await kerasFile(tensors, true)]]),
  "keras in shards": async () => kerasShards(tensors),
  "tfjs layers": async () => tfjsFiles(tensors, layersModel, "model.json"),
  "tfjs graph": async () => tfjsFiles(tensors, graphModel, "model.json"),
  "tfjs weights": async () => tfjsFiles(tensors, (list) => list, "weights_manifest.json"),
  flax: async () => new Map([["m.msgpack", flaxFile(tensors)]]),
  "flax in shards": async () => flaxShards(tensors),
};

/** Every small case there is, by the tests' writers and by real ones. */
export function originals(): readonly Original[] {
  const byHand = Object.entries(written).map(([title, files]) => ({ title, files }));
  return [...byHand, ...ownCases(), ...sharedCases()];
}

function ownCases(): Original[] {
  return readdirSync(own).flatMap((format) =>
    readdirSync(join(own, format), { withFileTypes: true })
      .filter((item) => item.isFile() && !/\.(json|data)$/.test(item.name))
      .map(({ name }) => caseOf(`${format}/${name}`, join(own, format, name))),
  );
}

function sharedCases(): Original[] {
  if (!existsSync(shared)) return [];
  const { cases } = JSON.parse(readFileSync(join(shared, "manifest.json"), "utf8")) as {
    cases: readonly { readonly file: string }[];
  };
  return cases
    .map(({ file }) => ({ path: join(shared, file), title: `shared/${file}` }))
    .filter(({ path }) => sizeOf(filesOf(path)) <= MOST_BYTES)
    .map(({ path, title }) => caseOf(title, path));
}

function caseOf(title: string, path: string): Original {
  const read = (file: string) => [basename(file), new Uint8Array(readFileSync(file))] as const;
  return { title, files: async () => new Map(filesOf(path).map(read)) };
}

/** A file and what it leads to: all of its folder where that is one model, else the data stored beside it. */
function filesOf(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })) return [];
  const folder = dirname(path);
  const isOneModel = dirname(folder) === resolve(shared);
  const others = readdirSync(folder).filter((name) => name !== basename(path));
  const belonging = others.filter((name) => isOneModel || name === `${basename(path)}.data`);
  return [path, ...belonging.map((name) => join(folder, name))];
}

function sizeOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + statSync(path).size, 0);
}
