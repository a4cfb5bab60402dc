import type { Command } from "./command.ts";
import { nearest } from "./suggest.ts";
import { usageError } from "./usage.ts";

/** @throws USAGE with the nearest name */
export function commandByName(name: string, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  const guess = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw usageError(
    `There is no command "${name}".${guess}`,
    meant === undefined ? "cowork help" : `cowork help ${meant}`,
  );
}
