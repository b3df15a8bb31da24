import type { ExperimentResult } from "../../experiments/result.ts";
import { renderJson } from "../json.ts";
import { dataTable } from "../page/data-table.ts";
import { breakable, type Html, heading, html } from "../page/html.ts";

type Run = ExperimentResult["runs"][number];

/** Every run with its folder, what went wrong, and the recipe of each variant. */
export function runsSection({ runs }: ExperimentResult): Html {
  const rows = runs.map((run) => [
    breakable(run.title),
    run.seed,
    run.status === "failed"
      ? html`<span class="verdict missed"><span class="mark" aria-hidden="true">✗</span>failed</span>`
      : "finished",
    html`<span class="name">${breakable(run.folder)}</span>`,
    run.reason === null ? "" : breakable(run.reason),
  ]);
  const variants = [...new Set(runs.map((run) => run.variant))];
  return html`<section aria-labelledby="runs">
${heading(2, "runs", "Runs")}
${dataTable("Runs", [{ title: "variant" }, { title: "seed", isNumber: true }, { title: "status" }, { title: "folder" }, { title: "what went wrong" }], rows)}
<p class="quiet">Recipes are whole: <code>marchenko train</code> runs each alone. Seeds of a variant share one but for <code>seed</code>.</p>
${variants.map((variant) => recipeDetails(runs.filter((run) => run.variant === variant)))}
</section>`;
}

function recipeDetails(runs: readonly Run[]): Html {
  const [first] = runs;
  const same = (run: Run) => withoutSeed(run.recipe) === withoutSeed(first!.recipe);
  const shown = runs.every(same) ? [first!] : runs;
  return html`${shown.map(
    (
      run,
    ) => html`<details class="data"><summary>Recipe: ${run.title}, seed ${run.seed}</summary><pre tabindex="0" aria-label="Recipe of ${run.title}, seed ${run.seed}">${renderJson(run.recipe)}</pre></details>
`,
  )}`;
}

function withoutSeed({ seed, ...rest }: Run["recipe"]): string {
  return JSON.stringify(rest);
}
