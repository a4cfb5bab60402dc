import { configKeyNames, sessionNames } from "../../app/set-up/complete-sources.ts";
import { coworkPaths } from "../../system/paths.ts";
import type { Caller } from "../process/caller.ts";
import type { Candidate, CompletionSources } from "./candidates.ts";
import { completeWords } from "./complete.ts";
import { homeFolder } from "../process/context.ts";
import { commands } from "../registry.ts";

/**
 * `cowork __complete <shell> <word>…`, which the shell's completion calls at every Tab. Prints one candidate per line in the
 * shell's format. Never fails: on errors it prints nothing.
 */
export async function completeLine(argv: readonly string[], caller: Caller): Promise<number> {
  const [shell = "", ...words] = argv;
  const found = await completeWords(words, commands, sourcesOf(caller)).catch(() => []);
  if (found.length > 0) caller.streams.stdout.write(`${found.map((one) => format(one, shell)).join("\n")}\n`);
  return 0;
}

function sourcesOf(caller: Caller): CompletionSources {
  return {
    sessions: async (which) => sessionNames(coworkPaths(homeFolder(caller)), caller.cwd(), which),
    keys: configKeyNames,
  };
}

function format({ value, about }: Candidate, shell: string): string {
  if (about === undefined || shell === "bash") return value;
  // zsh's _describe splits at the first colon.
  return shell === "zsh" ? `${value.replaceAll(":", "\\:")}:${about}` : `${value}\t${about}`;
}
