import { measuredValue } from "../../measure/average.ts";
import { measurementQuantities } from "../../measure/groups.ts";
import type { Quantity } from "../../measure/quantity.ts";
import type { MeasuredCheckpoint, MeasuredLayer, MeasurementResult } from "../../measure/result.ts";

/** What the page shows in full: the last checkpoint of each part, test first. */
export function shownCheckpoints({ checkpoints }: MeasurementResult): MeasuredCheckpoint[] {
  const lastOf = (part: MeasuredCheckpoint["part"]) =>
    checkpoints.filter((each) => each.part === part).at(-1);
  return [lastOf("test"), lastOf("train")].filter((each) => each !== undefined);
}

/** A part in words. */
export function partName({ part }: Pick<MeasuredCheckpoint, "part">): string {
  return part === "test" ? "test" : "training";
}

/** What a block is called. */
export function blockName(layer: Pick<MeasuredLayer, "layer" | "block">): string {
  return layer.block ?? layer.layer;
}

/** A number that the catalogue declares. @throws {RangeError} If it declares none of that path. */
export function quantityOf(id: string): Quantity {
  const found = measurementQuantities.find((each) => each.id === id);
  if (!found) throw new RangeError(`there is no quantity ${id}`);
  return found;
}

/** A number of a layer with its standard error; null where there is none. */
export function valueWithError(
  layer: MeasuredLayer,
  id: string,
): { readonly value: number; readonly standardError: number | null } | null {
  const value = measuredValue(layer, id);
  return value === null ? null : { value, standardError: measuredValue(layer, `${id}StandardError`) };
}

/** Why a number of a layer is null: the reason of its own path, or of what it would be in; "" where none is told. */
export function reasonFor({ reasons }: Pick<MeasuredLayer, "reasons">, id: string): string {
  const names = id.split(".");
  for (let length = names.length; length > 0; length--) {
    const path = names.slice(0, length).join(".");
    if (Object.hasOwn(reasons, path)) return reasons[path]!;
  }
  return "";
}

/** A title with its unit, unless it has none. */
export function titleWithUnit({ title, unit }: Pick<Quantity, "title" | "unit">): string {
  return ["1", "count", "probability"].includes(unit) ? title : `${title}, ${unitText(unit)}`;
}

/** A unit with its powers raised. */
export function unitText(unit: string): string {
  return unit.replaceAll("^2", "²");
}
