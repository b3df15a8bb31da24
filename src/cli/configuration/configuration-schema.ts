import type { Command } from "commander";
import { z } from "zod";
import { settable } from "./configurable.ts";
import { configuredCommands, usualName } from "./configuration-file.ts";
import { sectionSchema } from "./section-schema.ts";

/** What a configuration may hold: for editors, which complete and check it. @param program - with all of its commands. */
export function configurationSchema(program: Command): z.ZodType {
  const sections = program.commands
    .filter((command) => configuredCommands.includes(command.name()))
    .map((command) => {
      const section = sectionSchema(settable(command)).optional();
      return [command.name(), section.describe(command.description())] as const;
    });
  return z
    .strictObject({ $schema: z.string().optional(), ...Object.fromEntries(sections) })
    .describe(`${usualName}: options of commands, which flags override`);
}
