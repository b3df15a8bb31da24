import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { analyze } from "../../src/index.ts";
import { hasShared, shared } from "../cli/run-marchenko.ts";
import { enginesHere } from "./engines-here.ts";
import { npyValues } from "./npy-values.ts";

/** Cases whose float64 singular values numpy's gesdd computed (numpy 1.24.2; see the folder's README). */
const folder = join(shared, "weightwatcher-cases");
const cases = hasShared
  ? readdirSync(folder).filter((name) => existsSync(join(folder, name, "model.safetensors")))
  : [];

describe.skipIf(!hasShared).each(enginesHere)("the singular values of numpy, by $id", (engine) => {
  test.each(cases)(
    "%s agrees to 1e-6 relative, or within the printed bound where that is larger",
    async (name) => {
      const result = await analyze(join(folder, name, "model.safetensors"), {
        spectra: "all",
        engine,
        keepFused: true,
      });
      let compared = 0;
      for (const { tensor, spectrum, reason } of result.checkpoints[0]!.layers) {
        const oracle = join(folder, name, `${tensor}.sv64.npy`);
        if (!existsSync(oracle)) continue;
        const expected = npyValues(oracle);
        if (reason === "zero") {
          expect(Math.max(...expected)).toBe(0);
          continue;
        }
        expect(spectrum, tensor).not.toBeNull();
        const { singularValues = [], relativeErrorBounds = [] } = spectrum!;
        expect(singularValues.length).toBe(expected.length);
        for (const [i, value] of singularValues.entries()) {
          const allowed = Math.max(1e-6, relativeErrorBounds[i]!) * Math.max(expected[i]!, value);
          expect(Math.abs(value - expected[i]!), `${tensor} ${i}`).toBeLessThanOrEqual(allowed);
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(0);
    },
  );
});
