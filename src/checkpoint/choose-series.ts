import type { Checkpoint, LeftOutFile } from "./checkpoint.ts";
import { checkpointStem, numbersOf, seriesNames, seriesNumbers } from "./checkpoint-number.ts";

/** One model at several points of its training. */
export interface CheckpointSeries {
  /** What the names of its members have in common; another for each series of a folder. */
  readonly name: string;
  /** Two at least, in the order of training. */
  readonly checkpoints: readonly Checkpoint[];
}

/** A checkpoint of a folder, with its path in it. */
export interface FolderMember {
  readonly within: string;
  readonly checkpoint: Checkpoint;
}

/** What is analysed of a folder of checkpoints. */
export interface ChosenCheckpoints {
  /** By the names of the models; members of a series stand together, in its order. */
  readonly kept: readonly Checkpoint[];
  readonly allSeries: readonly CheckpointSeries[];
  readonly leftOut: readonly LeftOutFile[];
}

/** A series with what it leaves out of those that are named alike. */
interface Found {
  readonly members: readonly FolderMember[];
  readonly signature: string;
  readonly leftOut: readonly LeftOutFile[];
}

/**
 * Tells the series among the checkpoints of a folder, and the models beside them.
 *
 * What has the tensors of a series and another name ("final", "best") is left out; other tensors are another model.
 *
 * @param members - all of the folder.
 */
export function chooseSeries(members: readonly FolderMember[]): ChosenCheckpoints {
  const stems = grouped(members, ({ checkpoint }) => checkpointStem(checkpoint.id));
  const numbered = stems.filter(
    (group) => group.length > 1 && seriesNumbers(group.map(({ checkpoint }) => checkpoint.id)),
  );
  const isExplained = (group: readonly FolderMember[]) =>
    group.every(({ checkpoint }) => hasNumber(checkpoint));
  const explained = numbered.filter(isExplained).flatMap(seriesIn);
  // "last-1" and "last-2", whose numbers no word explains, make a series only where they belong to none.
  const isOfOne = ({ signature }: Pick<Found, "signature">) =>
    explained.some((each) => each.signature === signature);
  const unexplained = numbered
    .filter((group) => !isExplained(group))
    .flatMap(seriesIn)
    .filter((each) => !isOfOne(each));

  const all = [...explained, ...unexplained];
  const seriesByPath = new Map(
    all.flatMap((found) => found.members.map(({ within }) => [within, found] as const)),
  );
  const leftOut = all.flatMap((found) => found.leftOut);
  const passedOver = new Set(leftOut.map(({ path }) => path));
  const signatures = new Set(all.map(({ signature }) => signature));
  const kept: Checkpoint[] = [];
  const order = new Set<Found>();
  for (const { within, checkpoint } of [...members].sort((a, b) => (a.within < b.within ? -1 : 1))) {
    const found = seriesByPath.get(within);
    if (found) {
      if (!order.has(found)) kept.push(...found.members.map((member) => member.checkpoint));
      order.add(found);
    } else if (!passedOver.has(within)) {
      if (!signatures.has(signatureOf(checkpoint))) kept.push(checkpoint);
      else {
        const detail =
          "Its tensors are those of a series, and its name is not: name it to analyse it by itself.";
        leftOut.push({ path: within, reason: "other-checkpoint", detail });
      }
    }
  }
  const names = seriesNames([...order].map((found) => found.members.map(({ checkpoint }) => checkpoint.id)));
  const allSeries = [...order].map((found, i) => {
    return { name: names[i]!, checkpoints: found.members.map(({ checkpoint }) => checkpoint) };
  });
  return { kept, allSeries, leftOut };
}

/** The series that checkpoints of one stem make: most of them, two at least; none where most differ. */
function seriesIn(group: readonly FolderMember[]): Found[] {
  const [same = []] = grouped(group, ({ checkpoint }) => signatureOf(checkpoint)).sort(
    (a, b) => b.length - a.length,
  );
  if (same.length < 2 || same.length * 2 <= group.length) return [];
  const numbers = seriesNumbers(same.map(({ checkpoint }) => checkpoint.id)) ?? [];
  const ordered = same
    .map(({ within, checkpoint }, i) => ({ within, checkpoint: { ...checkpoint, ...numbers[i] } }))
    .sort(byTraining);
  const isRepeated = (each: FolderMember, i: number) =>
    i > 0 && isSamePoint(ordered[i - 1]!.checkpoint, each.checkpoint);
  const members = ordered.filter((each, i) => !isRepeated(each, i));
  if (members.length < 2) return [];
  const others = group.filter((member) => !same.includes(member));
  const leftOut = [
    ...others.map(({ within }): LeftOutFile => {
      const detail = `Its tensors' names or shapes are not those of the other ${same.length} in the series.`;
      return { path: within, reason: "different-tensors", detail };
    }),
    ...ordered.filter(isRepeated).map(({ within }): LeftOutFile => {
      const detail =
        "Its name has the same numbers as another of the series: name it to analyse it by itself.";
      return { path: within, reason: "same-step", detail };
    }),
  ];
  return [{ members, signature: signatureOf(same[0]!.checkpoint), leftOut }];
}

/** Whether a word in its name says what its number counts. */
function hasNumber({ step, epoch }: Checkpoint): boolean {
  return step !== null || epoch !== null;
}

/** By step, or else epoch, then by all numbers of the names: batch 100 of an epoch comes after its batch 20. */
function byTraining({ checkpoint: a }: FolderMember, { checkpoint: b }: FolderMember): number {
  const first = (a.step ?? a.epoch ?? 0) - (b.step ?? b.epoch ?? 0) || (a.epoch ?? 0) - (b.epoch ?? 0);
  if (first !== 0) return first;
  const [left, right] = [numbersOf(a.id), numbersOf(b.id)];
  const differing = left.findIndex((number, i) => number !== right[i]);
  return differing < 0 ? (a.id < b.id ? -1 : 1) : left[differing]! - right[differing]!;
}

/** Whether the names differ in nothing but how numbers are written: `step-5`, `step-05`. */
function isSamePoint(a: Checkpoint, b: Checkpoint): boolean {
  return String(numbersOf(a.id)) === String(numbersOf(b.id));
}

/** Names and shapes of all tensors, whatever their order in the file. */
function signatureOf(checkpoint: Checkpoint): string {
  return JSON.stringify(
    checkpoint
      .tensors()
      .map(({ name, shape }) => [name, shape] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function grouped<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}
