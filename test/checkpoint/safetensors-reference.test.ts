import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { readSafetensorsHeader } from "../../src/checkpoint/safetensors-header.ts";
import { MarchenkoError } from "../../src/errors.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { safetensorsOf } from "./written-files.ts";

/** The interpreter of scripts/fixtures/README.md, with safetensors 0.8.0; the test is skipped where there is none. */
const python = "/opt/peers/torch/bin/python";
const program = `
import json, sys, safetensors
def reads(text):
    try:
        safetensors.deserialize(bytes.fromhex(text))
        return True
    except safetensors.SafetensorError:
        return False
print(json.dumps([reads(text) for text in json.load(sys.stdin)]))
`;
const hasReference = spawnSync(python, ["-c", "import safetensors"]).status === 0;

const widths = { F64: 8, F32: 4, BF16: 2, U8: 1, BOOL: 1 };
type Dtype = keyof typeof widths;
interface Entry {
  dtype: Dtype;
  shape: number[];
  data_offsets: [number, number];
}

/** A file of up to three tensors, one behind the other, and a fault that some of them have. */
function fileOf(round: number): { fault: string; bytes: Uint8Array } {
  const { uniform } = randomStream(1, ["safetensors", round]);
  const draw = (below: number) => Math.floor(uniform() * below);
  const dtypes = Object.keys(widths) as Dtype[];
  let size = 0;
  const entries = Array.from({ length: draw(4) }, (): Entry => {
    const dtype = dtypes[draw(dtypes.length)]!;
    const shape = Array.from({ length: draw(3) }, () => draw(4));
    const begin = size;
    size += widths[dtype] * shape.reduce((a, b) => a * b, 1);
    return { dtype, shape, data_offsets: [begin, size] };
  });
  const some = draw(entries.length);
  const move = (from: number, by: number) => {
    for (const { data_offsets: offsets } of entries.slice(from)) {
      offsets[0] += by;
      offsets[1] += by;
    }
    size += by;
  };
  const faults: Readonly<Record<string, () => void>> = {
    none: () => {},
    hole: () => move(some, 4),
    overlap: () => move(some, -Math.min(entries[some]?.data_offsets[0] ?? 0, 2)),
    "surplus bytes": () => {
      size += 1 + draw(8);
    },
    "missing bytes": () => {
      size = Math.max(size - 1, 0);
    },
    "another order": () => void entries.reverse(),
    "another length": () => {
      if (entries[some]) entries[some].data_offsets[1] += 1;
    },
    "another shape": () => void entries[some]?.shape.push(2),
    "a negative extent": () => void entries[some]?.shape.push(-1),
    "an enormous shape": () => void entries[some]?.shape.push(2 ** 40, 2 ** 40),
  };
  const fault = Object.keys(faults)[round % Object.keys(faults).length]!;
  faults[fault]!();
  const header = Object.fromEntries(entries.map((entry, i) => [`t${i}`, entry]));
  return { fault, bytes: safetensorsOf({ ...header, __metadata__: { a: "b" } }, size) };
}

it.skipIf(!hasReference)("what the reference reader refuses is refused, and nothing else", async () => {
  const files = Array.from({ length: 1000 }, (_, round) => fileOf(round));
  const input = JSON.stringify(files.map(({ bytes }) => Buffer.from(bytes).toString("hex")));
  const { stdout } = spawnSync(python, ["-c", program], { input, encoding: "utf8" });
  const reference = JSON.parse(stdout) as boolean[];
  for (const [round, { fault, bytes }] of files.entries()) {
    const error: unknown = await readSafetensorsHeader(memorySource(bytes, "m.safetensors")).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error !== null) expect(error).toBeInstanceOf(MarchenkoError);
    expect(error === null, `${fault}, round ${round}: ${error}`).toBe(reference[round]);
  }
  // Both answers occur, or nothing was compared.
  expect(new Set(reference).size).toBe(2);
});
