/** Where in training a checkpoint is from, as its name says. */
export interface CheckpointNumber {
  readonly step: number | null;
  readonly epoch: number | null;
}

/** `1000`, and where `short` allows it `1k`, `1e3` and `2m`. */
function labelled(words: string, short: string): RegExp {
  // Not "7b", not "1.5", not "00001-of-00002", and no part of another word: "resnet-50".
  return new RegExp(`(?<![a-z])(?:${words})[-_=. ]?(\\d{1,15}(?:${short})?)(?![\\da-z]|\\.\\d|-of-)`, "i");
}

/** Words that say "step", the narrow ones first: "checkpoint-epoch3-step100". A "model-70m" says its size. */
const steps = [
  labelled("global_?step|steps?|iter(?:ation)?s?", "e\\d|[km]"),
  labelled("checkpoint|ckpt", "e\\d|k"),
  labelled("model|net|weights", "e\\d"),
];
const epochs = [labelled("epochs?|ep", "e\\d")];
const anyNumber = /\d+(?:\.\d+)?(?:(?:e\d|[km])(?![a-z\d]))?/gi;

/** What is numbered and is no point of training: parts of one model, runs beside each other, widths of numbers. */
const otherNumber =
  /(?:^|[^a-z])(?:rank|shard|part|consolidated|layer|block|stage|expert|head|gpu|device|worker|seed|fold|run|trial|version|v|i?q|fp|bf|f|u?int|nf|size|dim|width)[-_=. ]?$/i;

/** A name without the endings of files and of shards, which hold no number of training. */
function bare(name: string): string {
  return name
    .replace(
      /\.(safetensors|npz|npy|pt|pth|bin|ckpt|tar|h5|hdf5|keras|msgpack|onnx|gguf|json|index)(?=\.|$)/gi,
      "",
    )
    .replace(/-\d+-of-\d+$/, "");
}

/**
 * Step and epoch from the name of a checkpoint: a number right after a word that says which.
 * `step-000500`, `global_step20`, `checkpoint-500`, `iter_100`, `step-2k` and `model_299` are steps,
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
    if (match) return numberOf(match[1]!);
  }
  return null;
}

/** 2000 for "2k". */
function numberOf(text: string): number {
  return Number(text.replace(/k$/i, "e3").replace(/m$/i, "e6"));
}

/** A name with its numbers blanked: equal for the members of a series. */
export function checkpointStem(name: string): string {
  return bare(name).replace(anyNumber, "#");
}

/** The numbers of a name in their order, whatever they count. */
export function numbersOf(name: string): number[] {
  return (bare(name).match(anyNumber) ?? []).map(numberOf);
}

/**
 * Step and epoch of every member of a series, whose names share their stem. Where no word tells, the
 * first number that differs between them counts as the step (`net.05-0.56`, `net.25-0.60`: 5, 25), unless
 * the word before it says that it counts something else (`rank_0`, `seed1`, `Q4_0`).
 *
 * @returns one for each name; null when nothing in the names differs that could be a point of training.
 */
export function seriesNumbers(names: readonly string[]): CheckpointNumber[] | null {
  const words = names.map(checkpointNumber);
  if (words.every(({ step, epoch }) => step !== null || epoch !== null)) {
    const distinct = new Set(words.map(({ step, epoch }) => `${step} ${epoch}`));
    if (distinct.size > 1) return words;
  }
  const numbers = names.map(numbersOf);
  const before = checkpointStem(names[0] ?? "")
    .split("#")
    .slice(0, -1);
  const varying = before.findIndex((text, i) => {
    return !otherNumber.test(text) && numbers.some((own) => own[i] !== numbers[0]![i]);
  });
  if (varying < 0) return null;
  return numbers.map((own) => ({ step: own[varying] ?? null, epoch: null }));
}

/**
 * What series are called: the start that the names of their members share, without the number that follows; where that
 * is nothing, or another's, their first and last name.
 *
 * @param series - names of the members of each, in order; no name is in two.
 */
export function seriesNames(series: readonly (readonly string[])[]): string[] {
  const taken = new Set<string>();
  return series.map((names) => {
    const [first, last] = [names[0] ?? "", names.at(-1) ?? ""];
    const start = sharedStart(names)
      .replace(/\d+$/, "")
      .replace(/[-_=./ ]+$/, "");
    const name = start === "" || taken.has(start) ? `${first} … ${last}` : start;
    taken.add(name);
    return name;
  });
}

function sharedStart([first = "", ...others]: readonly string[]): string {
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
