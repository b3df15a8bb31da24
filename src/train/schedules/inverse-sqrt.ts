import { z } from "zod";
import { commonOptions, defineSchedule, minimum, warmedUp } from "./schedule.ts";

/**
 * sqrt(w / step) after w steps of warm-up, not below the minimum.
 *
 * @source Vaswani et al. 2017, arXiv 1706.03762, equation 3; Raffel et al. 2020, JMLR 21(140), section 3.1.2.
 */
export const inverseSqrt = defineSchedule({
  name: "inverse-sqrt",
  options: z.strictObject({ ...commonOptions, minimum }),
  create: (options) => {
    const scale = Math.max(1, options.warmup);
    return warmedUp(options.warmup, (step) =>
      Math.max(options.minimum, Math.sqrt(scale / Math.max(scale, step))),
    );
  },
});
