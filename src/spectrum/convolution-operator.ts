import { UsageError } from "../errors.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { computeSpectrum } from "./compute-spectrum.ts";
import type { SpectrumEngine } from "./spectrum-engine.ts";

/** A convolution's kernel: channels that come out and go in, extents in space, and the order of its entries. */
export interface KernelShape {
  readonly outputs: number;
  readonly inputs: number;
  /** k in each direction. */
  readonly size: readonly number[];
  /** Whether entries are in the order [space, inputs, outputs], not [outputs, inputs, space]. */
  readonly outputsLast: boolean;
}

/** The singular values of a convolution as a linear map of images. */
export interface ConvolutionOperatorSpectrum {
  /** n in each direction. */
  readonly inputSize: readonly number[];
  /** Descending, n^d min(inputs, outputs) of them, in the unit of the weights. */
  readonly singularValues: Float64Array;
  /** Bound on the error of each, in the same unit. */
  readonly errorBound: number;
}

/** Most values that are computed: 512 MB of them. */
const mostOperatorValues = 1 << 26;

/**
 * Singular values of a convolution with stride 1 and circular padding, as a map of n x n images of channels.
 *
 *     P_w[o, i] = sum_p K[o, i, p] exp(-2 pi i <w, p> / n),  {s} = union over frequencies w of s(P_w)
 *
 * Exact for circular padding; other paddings change values near the edges only. A stride keeps some of the outputs,
 * which this does not show. A file of weights doesn't tell of groups: of a grouped convolution this is the map from the
 * channels of one group to all outputs.
 *
 * @param kernel - its entries. @param shape - its axes.
 * @param n - side of the images, >= 1; kernels that are larger wrap around.
 * @throws {UsageError} If n is no whole number of at least 1, or there would be more than 2^26 values.
 * @source Sedghi, Gupta & Long 2019, The Singular Values of Convolutional Layers, theorem 6.
 */
export async function convolutionOperatorSpectrum(
  kernel: Float32Array | Float64Array,
  shape: KernelShape,
  n: number,
  options: { readonly engine?: SpectrumEngine } = {},
): Promise<ConvolutionOperatorSpectrum> {
  requireOperable(shape, n);
  const { outputs, inputs, size } = shape;
  const frequencies = n ** size.length;
  const each = Math.min(outputs, inputs);
  const singularValues = new Float64Array(frequencies * each);
  const taps = tapsOf(shape);
  let filled = 0;
  let errorBound = 0;
  for (let w = 0; w < frequencies; w++) {
    const place = digits(w, n, size.length);
    const opposite = numberOf(
      place.map((x) => (n - x) % n),
      n,
    );
    // P of the opposite frequency is the conjugate, with the same singular values.
    if (opposite < w) continue;
    const isReal = opposite === w;
    const spectrum = await computeSpectrum(symbol(kernel, shape, taps, place, n, isReal), {
      ...options,
      format: "F64",
    });
    const step = isReal ? 1 : 2;
    for (let i = 0; i < each * step; i++) {
      singularValues[filled++] = spectrum.singularValues[i]!;
      errorBound = Math.max(
        errorBound,
        Math.max(
          spectrum.relativeErrorBounds[i]! * spectrum.singularValues[i]!,
          spectrum.singularValues[i] === 0 ? spectrum.resolution : 0,
        ),
      );
    }
  }
  return { inputSize: size.map(() => n), singularValues: singularValues.sort().reverse(), errorBound };
}

/**
 * Refuses what {@link convolutionOperatorSpectrum} would not compute.
 *
 * @throws {UsageError} If n is no whole number of at least 1, or there would be more than 2^26 values.
 */
export function requireOperable({ outputs, inputs, size }: KernelShape, n: number): void {
  if (!(Number.isInteger(n) && n >= 1)) {
    throw new UsageError(`the side of a convolution's input is a whole number of at least 1, got ${n}`);
  }
  const count = n ** size.length * Math.min(outputs, inputs);
  if (count <= mostOperatorValues) return;
  throw new UsageError(
    `a convolution of ${inputs} to ${outputs} channels on ${size.map(() => n).join(" x ")} places has ` +
      `${count} singular values, more than the ${mostOperatorValues} that are computed: take a smaller side`,
  );
}

/**
 * P_w; of a complex one the real matrix [Re, -Im; Im, Re], which has each of its singular values twice: once for w
 * and once for the opposite frequency.
 */
function symbol(
  kernel: Float32Array | Float64Array,
  { outputs, inputs, outputsLast }: KernelShape,
  taps: readonly (readonly number[])[],
  place: readonly number[],
  n: number,
  isReal: boolean,
): Matrix {
  const rows = isReal ? outputs : 2 * outputs;
  const columns = isReal ? inputs : 2 * inputs;
  const data = new Float64Array(rows * columns);
  for (const [t, tap] of taps.entries()) {
    const turns = tap.reduce((sum, p, axis) => (sum + p * place[axis]!) % n, 0);
    const angle = (-2 * Math.PI * turns) / n;
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        const entry = outputsLast
          ? kernel[(t * inputs + i) * outputs + o]!
          : kernel[(o * inputs + i) * taps.length + t]!;
        data[o * columns + i]! += cosine * entry;
        if (!isReal) data[(o + outputs) * columns + i]! += sine * entry;
      }
    }
  }
  if (isReal) return { rows, columns, data };
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      data[o * columns + i + inputs] = -data[(o + outputs) * columns + i]!;
      data[(o + outputs) * columns + i + inputs] = data[o * columns + i]!;
    }
  }
  return { rows, columns, data };
}

/** The places of a kernel, in the order of its entries. */
function tapsOf({ size }: KernelShape): number[][] {
  return size.reduce<number[][]>(
    (taps, extent) => taps.flatMap((tap) => Array.from({ length: extent }, (_, p) => [...tap, p])),
    [[]],
  );
}

function digits(w: number, n: number, length: number): number[] {
  return Array.from({ length }, (_, axis) => Math.floor(w / n ** (length - 1 - axis)) % n);
}

function numberOf(place: readonly number[], n: number): number {
  return place.reduce((number, digit) => number * n + digit, 0);
}
