import { z } from "zod";
import type { Value } from "../../autodiff/value.ts";
import type { Estimated } from "../estimate.ts";
import type { Quantity } from "../quantity.ts";
import type { BlockValues } from "./block-values.ts";

/** Sides of a block. */
export type BlockSizes = Pick<BlockValues, "tokens" | "inputs" | "neurons">;

/** What a meter's numbers are made of: means over examples, and the block's sides. */
export interface Sample<Name extends string> extends BlockSizes {
  /** The mean over examples of one of the meter's values, or why the block doesn't have it. */
  mean(name: Name): Estimated;
}

/** A number of a meter: what it is, and how it follows from means over examples. */
export interface MeterNumber<Name extends string> extends Omit<Quantity, "id"> {
  /** @returns the estimate, or why there is none. */
  estimate(sample: Sample<Name>): Estimated;
}

/** Numbers of a group, by name. */
type Fields<Names extends string> = {
  [Field in Names | `${Names}StandardError`]: z.ZodNullable<z.ZodNumber>;
};

/** A meter's fields of a layer: its numbers themselves, or one object of them under the meter's id. */
export type MeterShape<Id extends string, Nested extends boolean, Names extends string> = Nested extends true
  ? { [Field in Id]: z.ZodNullable<z.ZodObject<Fields<Names>>> }
  : Fields<Names>;

/** What a meter's file states. */
interface Definition<Id extends string, Nested extends boolean, Names extends string, Of extends string> {
  /** What `--only` and `--without` call it. */
  readonly id: Id;
  readonly title: string;
  /** Whether its numbers are one object under its id, or fields of a layer by their own names. */
  readonly nested: Nested;
  /** What it needs of each example, shape [B] each, or why the block doesn't have it. */
  values(block: BlockValues): Readonly<Record<Of, Value | string>>;
  readonly numbers: Readonly<Record<Names, MeterNumber<Of>>>;
}

/** Numbers of one block that come from one run of the model: a file each, listed in `catalogue.ts`. */
export interface Meter<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly id: string;
  readonly title: string;
  readonly nested: boolean;
  values(block: BlockValues): Readonly<Record<string, Value | string>>;
  /** By their names in the layer or the meter's object. */
  readonly numbers: Readonly<Record<string, MeterNumber<string>>>;
  /** With whole paths. */
  readonly quantities: readonly Quantity[];
  /** Its fields of a layer. */
  readonly shape: Shape;
}

/** Makes a meter of what its file states: schema and paths follow. */
export function defineMeter<
  const Id extends string,
  const Nested extends boolean,
  Names extends string,
  Of extends string,
>(definition: Definition<Id, Nested, Names, Of>): Meter<MeterShape<Id, Nested, Names>> {
  const { id, title, nested } = definition;
  const numbers = definition.numbers as Readonly<Record<string, MeterNumber<string>>>;
  const fields = Object.fromEntries(
    Object.entries(numbers).flatMap(([name, { formula, meaning }]) => [
      [name, z.number().nullable().describe(`${formula}. ${meaning}`)],
      [`${name}StandardError`, z.number().nullable().describe(`Of ${name}, over examples.`)],
    ]),
  );
  return {
    id,
    title,
    nested,
    values: definition.values,
    numbers,
    quantities: Object.entries(numbers).map(([name, { estimate: _, ...told }]) => ({
      id: nested ? `${id}.${name}` : name,
      ...told,
    })),
    shape: (nested ? { [id]: z.object(fields).nullable() } : fields) as MeterShape<Id, Nested, Names>,
  };
}
