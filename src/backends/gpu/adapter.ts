import { UsageError } from "../../errors.ts";
import type { AdapterFacts } from "./adapter-facts.ts";
import { findGpu } from "./webgpu-package.ts";

/** Limits that a device is asked for at the adapter's most, and that say what it can do. */
export const askedLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** What is said of a machine without one. */
export const noAdapter = "no GPU adapter was found";

/** The error for who can't do without. */
export function noAdapterError(): UsageError {
  return new UsageError(
    `${noAdapter}: install the card's driver (on Linux its Vulkan driver, and libvulkan1), or do without: --device cpu, another --engine`,
  );
}

/**
 * The adapter that the system prefers.
 *
 * @throws {UsageError} If there is none, or no package that finds one.
 */
export async function findAdapter(flags: readonly string[] = []): Promise<GPUAdapter> {
  const gpu = await findGpu(flags);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw noAdapterError();
  return adapter;
}

/** What an adapter says of itself. */
export function describeAdapter({ info, features, limits }: GPUAdapter): AdapterFacts {
  const { vendor, architecture, description, device } = info;
  return {
    name: description || [vendor, architecture, device].filter((each) => each !== "").join(" ") || "unnamed",
    vendor,
    architecture,
    isSoftware:
      info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(architecture + description),
    features: Array.from(features).sort(),
    limits: Object.fromEntries(askedLimits.map((name) => [name, limits[name]])),
  };
}

/** Every adapter that the system has: the one it prefers first. @throws {UsageError} If no package finds any. */
export async function listAdapters(): Promise<AdapterFacts[]> {
  const gpu = await findGpu();
  const asked: GPURequestAdapterOptions[] = [
    { powerPreference: "high-performance" },
    { powerPreference: "low-power" },
    { forceFallbackAdapter: true },
  ];
  const found = new Map<string, AdapterFacts>();
  for (const options of asked) {
    const adapter = await gpu.requestAdapter(options);
    if (!adapter) continue;
    const facts = describeAdapter(adapter);
    if (!found.has(facts.name)) found.set(facts.name, facts);
  }
  return Array.from(found.values());
}
