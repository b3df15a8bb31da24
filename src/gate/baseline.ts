import type { GateSubject } from "./gateable.ts";

/**
 * What each subject of a result is compared with in a baseline: the layer of its name in the checkpoint of its id, else
 * of its step (in the series of its name, where both name one), else in the only one there is.
 *
 * @returns the subject of the baseline, or why there is none.
 */
export function baselineOf(subjects: readonly GateSubject[]): (subject: GateSubject) => GateSubject | string {
  const byName = new Map<string, GateSubject[]>();
  const keyOf = ({ layer, part }: GateSubject) => JSON.stringify([layer, part]);
  for (const subject of subjects) {
    const own = byName.get(keyOf(subject));
    if (own) own.push(subject);
    else byName.set(keyOf(subject), [subject]);
  }
  return (subject) => {
    const own = byName.get(keyOf(subject)) ?? [];
    if (own.length === 0) return "the baseline has no such layer";
    const found =
      own.find(({ checkpoint }) => checkpoint === subject.checkpoint) ??
      own.find(
        ({ step, series }) =>
          step !== null && step === subject.step && isSameOrUnknown(series, subject.series),
      ) ??
      (own.length === 1 ? own[0] : undefined);
    if (!found) return `none of the baseline's ${own.length} checkpoints has its id or its step`;
    if (found.likeness !== subject.likeness) return `it has another ${found.likeness} in the baseline`;
    return found;
  };
}

function isSameOrUnknown(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}
