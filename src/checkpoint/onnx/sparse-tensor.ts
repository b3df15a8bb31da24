import { CheckpointFormatError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { coordinates, type Scatter, scatteredTensor, tooSparse } from "../scattered-tensor.ts";
import { entryCount, type Tensor } from "../tensor.ts";
import { undecodableTensor } from "../undecodable-tensor.ts";
import type { SparsePlaces } from "./graph.ts";
import { type OpenBeside, tensorOfProto } from "./tensor-data.ts";

/**
 * A tensor that is given by those of its entries that are not zero, with its zeros.
 *
 * @param values - these entries, a list.
 * @throws {CheckpointFormatError} If there is not a place for each.
 * @source onnx/onnx.proto, SparseTensorProto: places are [count] of entries counted row-major, or [count, axes].
 */
export async function sparseTensor(
  entry: ByteSource,
  values: Tensor,
  { indices, shape }: SparsePlaces,
  beside: OpenBeside,
): Promise<Tensor> {
  const { name, dtype, sizeBytes, file } = values;
  const detail = values.undecodable ?? tooSparse(shape, values);
  if (detail !== null) return undecodableTensor(entry, { name, dtype, shape, sizeBytes, file, detail });
  const places = await tensorOfProto(entry, indices, name, beside);
  const count = entryCount(values.shape);
  const areCoordinates = String(places.shape) === String([count, shape.length]);
  if (places.undecodable !== undefined || !(areCoordinates || String(places.shape) === String([count]))) {
    throw new CheckpointFormatError(
      `${entry.label}: tensor ${JSON.stringify(name)}: expected places for its ${count} entries that are not zero, ` +
        `got ${places.dtype} [${places.shape}]. The file is damaged or was not written as ONNX: download or save it again.`,
    );
  }
  const axes = shape.length;
  const scatter: Scatter = areCoordinates
    ? coordinates(shape, axes, count, (numbers, value, axis) => numbers[value * axes + axis]!)
    : ([numbers], add) => {
        for (let value = 0; value < count; value++) add(numbers![value]!, value);
      };
  const where = `${entry.label}: tensor ${JSON.stringify(name)}`;
  return scatteredTensor({ name, shape, where, values, indices: [places], scatter });
}
