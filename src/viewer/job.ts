/** What the viewer's page asks of its worker. */
export type Job =
  | {
      readonly type: "analyse";
      readonly files: readonly File[];
      readonly workers: number;
    }
  | {
      readonly type: "train";
      readonly preset: string;
      readonly steps: number;
      readonly device: "cpu" | "gpu";
      readonly workers: number;
    };

/** Where a training run is: what its panel draws. */
export interface TrainingPoint {
  /** Updates made. */
  readonly step: number;
  readonly steps: number;
  /** Of the last batch, in nats. */
  readonly loss: number;
  /** As last measured. */
  readonly activatedRatio: number | null;
}

/** What the worker says to the page. */
export type News =
  | { readonly type: "progress"; readonly share: number; readonly what: string }
  | { readonly type: "training"; readonly point: TrainingPoint }
  /** The model that was trained, as a safetensors file, and what it makes of the test images. */
  | { readonly type: "trained"; readonly file: File; readonly accuracy: number; readonly backend: string }
  /** A report that stands alone, and the result that it shows. */
  | { readonly type: "done"; readonly name: string; readonly page: string; readonly json: string }
  /** @param isOurs - a message for the user; else a bug. */
  | { readonly type: "failed"; readonly message: string; readonly isOurs: boolean };

/** How the worker tells. */
export type Tell = (news: News) => void;
