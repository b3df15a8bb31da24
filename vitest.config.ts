import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Node 20 and 21 have relaxed SIMD behind a flag, which the command sets for itself.
    ...(Number(process.versions.node.split(".")[0]) < 22 && {
      execArgv: ["--experimental-wasm-relaxed-simd"],
    }),
    // No test takes spectra from another run's, nor leaves any with the user.
    env: { MARCHENKO_CACHE: "off" },
    globalSetup: "./test/build-once.ts",
    reporters: ["default", "./scripts/closing-line-reporter.ts"],
    // By default one of two cores would be idle.
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
