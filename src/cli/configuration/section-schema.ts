import { InvalidArgumentError, type Option } from "commander";
import { z } from "zod";
import { checked } from "../../datasets/named-part.ts";
import { UsageError } from "../../errors.ts";
import { isRepeatable } from "../options.ts";

/**
 * The options of a command as a configuration or a preset sets them, checked and read as their texts on the command line
 * would be.
 *
 * @param options - of the command.
 * @param value - the section of the command.
 * @param place - where it is, for errors: `analyze`.
 * @param source - what it is in, for errors.
 * @throws {UsageError} With a line for each fault: the key, what was expected and what came, or the nearest key.
 */
export function checkedSection(
  options: readonly Option[],
  value: unknown,
  place: string,
  source: string,
): Readonly<Record<string, unknown>> {
  const schema = z.strictObject(
    Object.fromEntries(options.map((option) => [option.attributeName(), schemaOf(option).optional()])),
  );
  try {
    return checked(schema, value, place, source);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const dashed = /^ {2}(\S+): there is no such key\./m.test(error.message)
      ? '\nKeys are options without their dashes: --max-memory is maxMemory, --no-cache is "cache": false.'
      : "";
    throw new UsageError(`${error.message}${dashed}`, { cause: error });
  }
}

function schemaOf(option: Option): z.ZodType {
  if (option.isBoolean() || option.negate) return z.boolean();
  const one = valueSchema(option);
  if (isRepeatable(option.parseArg) || option.variadic) {
    const read = (texts: readonly (string | number)[]) =>
      option.parseArg === undefined
        ? [...texts]
        : texts.reduce<unknown>((previous, text) => option.parseArg!(String(text), previous), undefined);
    return z.array(z.string()).min(1).transform(reporting(read));
  }
  return option.optional ? z.union([z.boolean(), one]) : one;
}

function valueSchema({ argChoices, parseArg }: Option): z.ZodType {
  if (argChoices !== undefined) return z.enum(argChoices as [string, ...string[]]);
  if (parseArg === undefined) return z.string();
  return z
    .union([z.number(), z.string()])
    .transform(reporting((value: string | number) => parseArg(String(value), undefined)));
}

/** What the option has against a value is a fault of the key. */
function reporting<Value>(read: (value: Value) => unknown) {
  return (value: Value, context: z.core.$RefinementCtx<Value>): unknown => {
    try {
      return read(value);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      context.addIssue({ code: "custom", message: `${error.message} Got ${JSON.stringify(value)}.` });
      return z.NEVER;
    }
  };
}
