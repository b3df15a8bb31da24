/** Bits of `GPUBufferUsage` and `GPUMapMode`, which are globals in browsers only; the standard has their numbers. */
export const usage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;

/** What an array's buffer is used for. */
export const arrayUsage = usage.storage | usage.copySource | usage.copyTarget;

export const mapForReading = 0x1;
/** `GPUShaderStage.COMPUTE`. */
export const computeStage = 0x4;
