import type { Command, Positional } from "./command.ts";

export { usageError } from "../../errors.ts";

/** `cowork connect <session> [options] [-- command…]` */
export function usageLine(command: Command): string {
  const parts = ["cowork", command.name, ...command.positionals.map(positionalText)];
  if (Object.keys(command.flags).length > 0) parts.push("[options]");
  if (command.rest !== undefined) parts.push(`[-- ${command.rest.name}…]`);
  return parts.join(" ");
}

function positionalText(positional: Positional): string {
  const name = positional.many === true ? `${positional.name}…` : positional.name;
  return positional.required === true ? `<${name}>` : `[${name}]`;
}
