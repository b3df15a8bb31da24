import { writeFileSync } from "node:fs";
import { tracyWidomCoefficients } from "../../src/laws/tracy-widom.ts";

/**
 * Writes `src/laws/tracy-widom-table.ts`, the interpolants of the Tracy-Widom laws:
 *
 *     tsx scripts/tables/tracy-widom.ts
 */
const stretchesOf = (beta: 1 | 2) =>
  tracyWidomCoefficients(beta).map(
    (coefficients) => `    [\n${Array.from(coefficients, (c) => `      ${c},\n`).join("")}    ],\n`,
  );

writeFileSync(
  "src/laws/tracy-widom-table.ts",
  `/**
 * Chebyshev coefficients of log(-log F_beta(s)), by beta, on the stretches of \`tracy-widom.ts\`: made by
 * \`scripts/tables/tracy-widom.ts\`.
 */
export const tracyWidomTable: Readonly<Record<1 | 2, readonly (readonly number[])[]>> = {
  1: [\n${stretchesOf(1).join("")}  ],
  2: [\n${stretchesOf(2).join("")}  ],
};
`,
);
