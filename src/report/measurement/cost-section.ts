import type { MeasuredCheckpoint } from "../../measure/result.ts";
import { formatCount, formatNumber, missing } from "../format-number.ts";
import { dataTable } from "../page/data-table.ts";
import { type Html, heading, html } from "../page/html.ts";
import { blockName, partName } from "./measured-view.ts";

type Cost = NonNullable<MeasuredCheckpoint["layers"][number]["macs"]>;

/** What skipping inactive neurons would leave of the multiplications; null where it was not counted. */
export function costSection(shown: readonly MeasuredCheckpoint[]): Html | null {
  const [checkpoint] = shown.filter(({ wholeModel }) => wholeModel.macs !== null);
  const macs = checkpoint?.wholeModel.macs;
  if (checkpoint === undefined || macs === undefined || macs === null) return null;
  const rows = checkpoint.layers.flatMap((layer) =>
    layer.macs === null ? [] : [[blockName(layer), ...cellsOf(layer.macs)]],
  );
  const heads = ["block", "dense", "inference", "left", "dense training step", "training step", "left"];
  return html`<section aria-labelledby="macs">
${heading(2, "macs", "What sparsity could save")}
<p>MLP blocks take ${percent(macs.mlpShare)} of the multiplications of the whole model. ${leftSentence(macs)}</p>
<p class="quiet">Multiply-accumulate steps of one example, by the share s of activations that aren't 0 and the share s_γ of derivatives that aren't 0 on the ${partName(checkpoint)} part: (1 + s) / 2 of a block with K and V at inference, (1 + 2 s + 3 s_γ) / 6 in training. These are counts and no times: zeros that lie anywhere are skipped at less than full speed.</p>
${dataTable(
  "Multiply-accumulate steps",
  heads.map((title, i) => ({ title, isNumber: i > 0 })),
  [...rows, ["whole model", ...cellsOf(macs)]],
)}
</section>`;
}

function cellsOf({
  dense,
  inference,
  inferenceRatio,
  denseTraining,
  training,
  trainingRatio,
}: Cost): string[] {
  const count = (value: number | null) => (value === null ? missing : formatCount(value));
  return [
    count(dense),
    count(inference),
    percent(inferenceRatio),
    count(denseTraining),
    count(training),
    percent(trainingRatio),
  ];
}

function leftSentence({
  inferenceRatio,
  trainingRatio,
}: Pick<Cost, "inferenceRatio" | "trainingRatio">): string {
  if (inferenceRatio === null || trainingRatio === null) return "";
  return `Without inactive neurons ${percent(inferenceRatio)} of all steps would be left at inference, and ${percent(trainingRatio)} in training.`;
}

function percent(share: number | null): string {
  return share === null ? missing : `${formatNumber(100 * share)} %`;
}
