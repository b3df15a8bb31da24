import { band } from "../tensor-part.ts";
import type { FusedLayout } from "./fused-layout.ts";

/** Experts under one another in one matrix, [experts * neurons, d]: only a configuration tells their number. */
export const stackedExperts: FusedLayout = {
  split({ rows, experts }) {
    if (!experts || rows % experts !== 0) return null;
    const length = rows / experts;
    const parts = Array.from({ length: experts }, (_, i) => ({
      label: String(i),
      role: null,
      bands: band(i * length, length),
    }));
    return { axis: "rows", parts };
  },
};
