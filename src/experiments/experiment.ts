import type { Backend } from "../backends/backend.ts";
import type { TrainObserver } from "../train/observer.ts";
import type { PreparedRecipe } from "../train/prepare-recipe.ts";
import type { Recipe } from "../train/recipe.ts";
import type { Judgement } from "./verdict.ts";

/** Where an experiment runs: on the shipped data in minutes, or as the paper did, on data that the user has. */
export const scales = ["small", "full"] as const;
export type Scale = (typeof scales)[number];

/** What an experiment is asked for. */
export interface Setting {
  readonly scale: Scale;
  /** One seed, and fewer variants where an experiment has many. */
  readonly quick: boolean;
  /** `NAME` or `NAME:PATH` of a data set in the place of the scale's own; null for that. */
  readonly data: string | null;
}

/** One way to train. Each is run once a seed. */
export interface Variant {
  /** Unique in the experiment; of letters, digits and dashes, since the runs' folders are called after it. */
  readonly id: string;
  readonly title: string;
  /** A recipe, which may state only what differs from the preset it `extends`. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** Variant whose last checkpoint of the same seed it starts from. */
  readonly startsFrom?: string;
}

/** Numbers of a finished run. */
export interface RunMetrics {
  /** By name; null where it can't be computed. */
  readonly numbers: Readonly<Record<string, number | null>>;
  /** Numbers over steps, by name. */
  readonly series: Readonly<Record<string, Series>>;
}

/** A number over steps. */
export interface Series {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

/** A run whose training is over, for what is measured of it. */
export interface FinishedRun {
  readonly variant: string;
  readonly seed: number;
  readonly folder: string;
  /** Folder of the last checkpoint. */
  readonly checkpoint: string;
  readonly prepared: PreparedRecipe;
  readonly backend: Backend;
  readonly setting: Setting;
  /** What the collector gave. */
  readonly collected: RunMetrics | null;
  readonly signal: AbortSignal;
}

/** Looks at a run while it trains. What it gathers isn't saved midway: a run that stopped early begins anew. */
export interface Collector {
  readonly observers: readonly TrainObserver[];
  /** Asked for when the last step is made. */
  result(): RunMetrics;
}

/** The runs of an experiment, by variant and seed. */
export interface RunTable {
  readonly setting: Setting;
  readonly seeds: readonly number[];
  /** In the experiment's order. */
  readonly variants: readonly Variant[];
  /** Whether the experiment had this variant: not all do with `--quick`. */
  has(variant: string): boolean;
  /** A number of a variant's runs, a seed each; null where the run failed or has no such number. */
  values(variant: string, number: string): (number | null)[];
  /** A number over steps of a variant's runs, a seed each. */
  series(variant: string, name: string): (Series | null)[];
}

/** A claim, judged by the runs. */
export interface Claim {
  readonly id: string;
  readonly statement: string;
  /** Who claims it, or where its line comes from. */
  readonly source: string;
  /** What the runs say of it. */
  judge(runs: RunTable): Judgement;
}

/** A table: a row a variant, a column a number; or rows of their own. */
export interface TableSpec {
  readonly title: string;
  /** Heading of the first column. */
  readonly rowTitle: string;
  readonly columns: readonly { readonly id: string; readonly title: string; readonly unit: string | null }[];
  readonly rows: readonly {
    readonly label: string;
    /** A list over seeds for each column. */
    readonly cells: readonly (readonly (number | null)[])[];
  }[];
}

/** Data of a chart: lines over x. */
export interface ChartSpec {
  readonly id: string;
  readonly title: string;
  readonly x: { readonly title: string; readonly scale: "linear" | "log" };
  readonly y: { readonly title: string; readonly scale: "linear" | "log" };
  readonly lines: readonly {
    readonly label: string;
    readonly seed: number | null;
    readonly x: readonly number[];
    readonly y: readonly (number | null)[];
  }[];
}

/** A reproduction: what is trained, what is measured of it, and what is claimed. One a file, listed in `catalogue.ts`. */
export interface Experiment {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** What is known of the literature's own result: what its abstracts say. */
  readonly literature: readonly { readonly statement: string; readonly source: string }[];
  /** How many seeds. */
  readonly seeds: { readonly usual: number; readonly quick: number };
  /** @throws {UsageError} If the scale needs data that aren't given. */
  variants(setting: Setting): readonly Variant[];
  /** Looks on while a run trains, where the finished run doesn't tell all. */
  collector?(recipe: Recipe, setting: Setting): Collector;
  /** Runs in a worker thread; the result is kept in the run's folder. */
  measure(run: FinishedRun): Promise<RunMetrics>;
  readonly claims: readonly Claim[];
  /** Tables of the runs. */
  tables(runs: RunTable): readonly TableSpec[];
  /** Charts of the runs. */
  charts(runs: RunTable): readonly ChartSpec[];
  /** What the runs don't show, a sentence each. */
  limits(setting: Setting): readonly string[];
}
