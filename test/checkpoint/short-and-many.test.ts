import { describe, expect, it } from "vitest";
import { memorySource } from "../../src/checkpoint/byte-source.ts";
import { NAME_LENGTH, NAMES_LENGTH } from "../../src/checkpoint/limits.ts";
import { PathNames } from "../../src/checkpoint/tensor-shape.ts";
import { openTorchZip } from "../../src/checkpoint/torch-zip.ts";
import { CheckpointFormatError } from "../../src/errors.ts";
import { Spelled, storage, torchZipOf, view } from "./torch-files.ts";

describe("a few bytes that stand for very many names", () => {
  /** One tensor, remembered: a list has it `width` times, a dict that list `width` times. */
  const namesOf = async (width: number) => {
    const again = new Spelled(
      "(",
      view(storage("0", 16), [4]).bytes,
      "q\x01",
      "h\x01".repeat(width - 1),
      "lq\x02",
    );
    const lists = new Map<string, Spelled>([["k", again]]);
    for (let i = 1; i < width; i++) lists.set(`k${i}`, new Spelled("h\x02"));
    const file = await torchZipOf(lists, [new Uint8Array(64)]);
    return (await openTorchZip(memorySource(file, "m.pt"))).tensors;
  };

  it("are refused where a pickle leads to its tensor by them", async () => {
    const opening = namesOf(130);
    await expect(opening).rejects.toThrow(CheckpointFormatError);
    await expect(opening).rejects.toThrow(/^m\.pt: expected at most 16 names for each tensor in its pickle/);
  });

  it("are read where they are some", async () => {
    expect(await namesOf(4)).toHaveLength(16);
  });

  it("are refused where they are longer than any model's together", () => {
    const names = new PathNames("m.msgpack");
    const longest = "n".repeat(NAME_LENGTH);
    for (let i = 0; i < NAMES_LENGTH / NAME_LENGTH; i++) names.checked(longest);
    expect(() => names.checked("n")).toThrow(CheckpointFormatError);
  });
});
