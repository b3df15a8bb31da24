/** Where in training a checkpoint is from, as its name says. */
export interface CheckpointNumber {
  readonly step: number | null;
  readonly epoch: number | null;
}

function labelled(words: string): RegExp {
  // Not "7b", not "1.5", not "00001-of-00002", and no part of another word: "resnet-50".
  return new RegExp(`(?<![a-z])(?:${words})[-_=. ]?(\\d{1,15})(?![\\da-z]|\\.\\d|-of-)`, "i");
}

/** Words that say "step", the narrow ones first: "checkpoint-epoch3-step100". */
const steps = [
  labelled("global_?step|steps?|iter(?:ation)?s?"),
  labelled("checkpoint|ckpt"),
  labelled("model|net|weights"),
];
const epochs = [labelled("epochs?|ep")];
const anyNumber = /\d+(?:\.\d+)?/g;

/** A name without the endings of files and of shards, which hold no number of training. */
function bare(name: string): string {
  return name
    .replace(/\.(safetensors|npz|npy|pt|pth|bin|ckpt|h5|hdf5|keras|msgpack|json|index)(?=\.|$)/gi, "")
    .replace(/-\d+-of-\d+$/, "");
}

/**
 * Step and epoch from the name of a checkpoint: a number right after a word that says which.
 * `step-000500`, `global_step20`, `checkpoint-500`, `iter_100` and `model_299` are steps,
 * `epoch=3-step=900` is both. A number without such a word says nothing in a name that stands alone
 * (`resnet-50`).
 */
export function checkpointNumber(name: string): CheckpointNumber {
  const text = bare(name);
  return { step: firstNumber(text, steps), epoch: firstNumber(text, epochs) };
}

function firstNumber(text: string, patterns: readonly RegExp[]): number | null {
  for (const pattern of patterns) {
    const match = pattern.exec(text);
    if (match) return Number(match[1]);
  }
  return null;
}

/** A name with its numbers blanked: equal for the members of a series. */
export function checkpointStem(name: string): string {
  return bare(name).replace(anyNumber, "#");
}

/**
 * Step and epoch of every member of a series, whose names share their stem. Where no word tells, the
 * first number that differs between them counts as the step (`net.05-0.56`, `net.25-0.60`: 5, 25).
 *
 * @returns one for each name; null when nothing in the names differs.
 */
export function seriesNumbers(names: readonly string[]): CheckpointNumber[] | null {
  const words = names.map(checkpointNumber);
  if (words.every(({ step, epoch }) => step !== null || epoch !== null)) {
    const distinct = new Set(words.map(({ step, epoch }) => `${step} ${epoch}`));
    if (distinct.size > 1) return words;
  }
  const numbers = names.map((name) => (bare(name).match(anyNumber) ?? []).map(Number));
  const first = numbers[0] ?? [];
  const varying = first.findIndex((number, i) => numbers.some((other) => other[i] !== number));
  if (varying < 0) return null;
  return numbers.map((own) => ({ step: own[varying] ?? null, epoch: null }));
}
