import type { ConvolutionOperatorSpectrum } from "../spectrum/convolution-operator.ts";
import type { ConvolutionOperatorResult } from "./fit-schemas.ts";

/** Quantiles that are kept, from 0 to 1. */
const quantileCount = 257;

/** The spectrum of a convolution as a map of images, as the result holds it. */
export function operatorResult(
  { inputSize, singularValues, errorBound }: ConvolutionOperatorSpectrum,
  keep: "summary" | "all",
): ConvolutionOperatorResult {
  const count = singularValues.length;
  const quantiles = Array.from({ length: quantileCount }, (_, i) => {
    const place = (count - 1) * (1 - i / (quantileCount - 1));
    const [above, below] = [singularValues[Math.floor(place)]!, singularValues[Math.ceil(place)]!];
    return above + (place - Math.floor(place)) * (below - above);
  });
  return {
    inputSize: [...inputSize],
    count,
    maxSingularValue: singularValues[0]!,
    minSingularValue: singularValues[count - 1]!,
    errorBound,
    quantiles,
    ...(keep === "all" && { singularValues: [...singularValues] }),
  };
}
