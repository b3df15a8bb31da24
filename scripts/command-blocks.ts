/** A block of commands in a Markdown text. */
export interface CommandBlock {
  /** Line of its first command, from 1. */
  readonly line: number;
  readonly commands: readonly string[];
  /** Why it can't be run just anywhere, in the text's own words; null where it can. */
  readonly needs: string | null;
}

/** What the paragraph before a block says when it needs what a machine may not have, or minutes. */
const caution = /of your own|need the network|takes some minutes/;

/** The `sh` blocks of a Markdown text, in order; comments after commands are left to the shell. */
export function commandBlocks(markdown: string): CommandBlock[] {
  const lines = markdown.split("\n");
  const blocks: CommandBlock[] = [];
  let paragraph = "";
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === "```sh") {
      const end = lines.indexOf("```", i);
      const commands = lines.slice(i + 1, end);
      blocks.push({ line: i + 2, commands, needs: caution.exec(paragraph)?.[0] ?? null });
      i = end;
      paragraph = "";
    } else if (line !== "") paragraph = lines[i - 1] === "" ? line : `${paragraph} ${line}`;
  }
  return blocks;
}
