import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDataset, resolveDataset } from "../../src/datasets/catalogue.ts";
import type { AnyDataset, DatasetDefinition, ImageSet, TokenSet } from "../../src/datasets/dataset.ts";
import { DatasetFormatError, UnreadableInputError, UsageError } from "../../src/errors.ts";
import { randomStream } from "../../src/linalg/random.ts";
import { temporaryFolders } from "../checkpoint/temporary-folder.ts";

/** Small files that a data set reads, and how it is asked to. */
export interface DatasetFixture {
  /** Null for a data set that is shipped and takes no path. */
  readonly files: (() => Promise<Record<string, Uint8Array | string>>) | null;
  readonly options?: Record<string, unknown>;
  /** Options that turn augmentation on, where there is one. */
  readonly augmented?: Record<string, unknown>;
  /** A file that is wrong when it is cut short anywhere. */
  readonly cut?: string;
}

const marked = 12345;

/** All examples of a set: values and classes; sees that nothing is written beside them. */
async function examplesOf(set: ImageSet, stream?: string): Promise<{ values: number[]; labels: number[] }> {
  const length = set.channels * set.height * set.width;
  const draws = stream === undefined ? undefined : randomStream(1, [stream]);
  const values: number[] = [];
  const labels: number[] = [];
  for (let i = 0; i < Math.min(set.count, 20); i++) {
    const to = new Float32Array(length + 5).fill(marked);
    labels.push(await set.example(i, to, 3, draws));
    expect([to[0], to[2], to[length + 3], to[length + 4]]).toEqual(Array(4).fill(marked));
    const written = to.subarray(3, length + 3);
    expect(written.every((value) => Number.isFinite(value) && value !== marked)).toBe(true);
    values.push(...written);
  }
  return { values, labels };
}

/** Entries stand for whole pixels within the stated range, up to what rounding to float32 takes of them. */
async function expectPixels(set: ImageSet): Promise<void> {
  const { mean, deviation, lowest, highest } = set.pixels;
  expect([mean.length, deviation.length]).toEqual([set.channels, set.channels]);
  expect(deviation.every((each) => each > 0)).toBe(true);
  expect(lowest).toBeLessThan(highest);
  const { values } = await examplesOf(set);
  const places = set.height * set.width;
  for (const [i, value] of values.entries()) {
    const channel = Math.floor(i / places) % set.channels;
    const pixel = value * deviation[channel]! + mean[channel]!;
    expect(Math.abs(pixel - Math.round(pixel))).toBeLessThan(2 ** -23 * (Math.abs(pixel) + mean[channel]!));
    expect(Math.round(pixel)).toBeGreaterThanOrEqual(lowest);
    expect(Math.round(pixel)).toBeLessThanOrEqual(highest);
  }
}

async function expectImages(set: ImageSet): Promise<void> {
  expect(set.count).toBeGreaterThan(0);
  const { labels } = await examplesOf(set);
  expect(labels.every((label) => Number.isInteger(label) && label >= 0 && label < set.classes)).toBe(true);
  await expectPixels(set);
}

function expectTokens({ tokens, vocabulary, special, decode }: TokenSet): void {
  expect(tokens.length).toBeGreaterThan(0);
  expect(tokens.every((id) => id < vocabulary)).toBe(true);
  for (const id of [special.pad, special.end]) if (id !== null) expect(id).toBeLessThan(vocabulary);
  expect(special.sentinels).toBeLessThan(vocabulary);
  expect(decode(tokens.subarray(0, 50)).length).toBeGreaterThan(0);
}

/** What tells two loaded data sets apart. */
async function contentOf(data: AnyDataset): Promise<unknown> {
  if (data.kind === "tokens") return [data.train.tokens, data.test.tokens, data.train.vocabulary];
  return [await examplesOf(data.train), await examplesOf(data.test)];
}

/** What every data set of the catalogue keeps. */
export function describeDataset(
  { name, kind, description }: DatasetDefinition,
  fixture: DatasetFixture,
): void {
  const folderWith = temporaryFolders();
  const written = async (): Promise<string> => folderWith((await fixture.files?.()) ?? {});
  const load = (path: string, more?: Record<string, unknown>): Promise<AnyDataset> =>
    loadDataset({ name, ...(fixture.files && { path }), ...fixture.options, ...more });

  describe(name, () => {
    test("is described by one line, and refuses options it does not have", () => {
      expect(description).toMatch(/^[^\n]{10,120}$/);
      expect(() => resolveDataset({ name, noSuchOption: 1 })).toThrow(UsageError);
      expect(() => resolveDataset({ name, noSuchOption: 1 })).toThrow(/noSuchOption/);
    });

    test("gives a training and a test part within their stated ranges", async () => {
      const data = await load(await written());
      expect(data.kind).toBe(kind);
      if (data.kind === "tokens") {
        expectTokens(data.train);
        expectTokens(data.test);
        expect(data.test.vocabulary).toBe(data.train.vocabulary);
        expect(data.test.special).toEqual(data.train.special);
      } else {
        await expectImages(data.train);
        await expectImages(data.test);
        for (const extent of ["channels", "height", "width", "classes"] as const) {
          expect(data.test[extent]).toBe(data.train[extent]);
        }
      }
    });

    test("gives the same twice", async () => {
      const path = await written();
      expect(await contentOf(await load(path))).toEqual(await contentOf(await load(path)));
    });

    if (fixture.augmented)
      test("augments by the draws given, and only by them", async () => {
        const data = await load(await written(), fixture.augmented);
        if (data.kind !== "images") throw new Error("augments what are no images");
        const drawn = await examplesOf(data.train, "a");
        expect(await examplesOf(data.train, "a")).toEqual(drawn);
        expect((await examplesOf(data.train, "b")).values).not.toEqual(drawn.values);
        expect((await examplesOf(data.train, "b")).labels).toEqual(drawn.labels);
        expect(await examplesOf(data.train)).toEqual(await examplesOf(data.train));
        expect(await examplesOf(data.test, "a")).toEqual(await examplesOf(data.test));
      });

    if (kind === "images")
      test("ignores draws where augmentation is not asked for", async () => {
        const data = await load(await written());
        if (data.kind !== "images") throw new Error("another kind than it declares");
        expect(await examplesOf(data.train, "a")).toEqual(await examplesOf(data.train));
      });

    if (fixture.files)
      test("says which path is missing", async () => {
        const path = join(folderWith({}), "nowhere");
        await expect(load(path)).rejects.toThrow(UnreadableInputError);
        await expect(load(path)).rejects.toThrow(path);
      });

    if (fixture.cut)
      test("refuses a file that is cut short, and names it", async () => {
        const path = await written();
        const file = join(path, fixture.cut!);
        const whole = readFileSync(file);
        for (const share of [0, 0.01, 0.3, 0.7, 0.99]) {
          writeFileSync(file, whole.subarray(0, Math.floor(share * whole.length)));
          const reading = load(path).then(contentOf);
          await expect(reading, `${share} of it`).rejects.toThrow(DatasetFormatError);
          await expect(reading).rejects.toThrow(fixture.cut!);
        }
      });
  });
}
