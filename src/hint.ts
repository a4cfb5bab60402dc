import type { HintPart, OwnCommand } from "./contract/hint.ts";
import { shellWord } from "./system/shell-word.ts";

export type { HintPart, OwnCommand };

/** As errors take it. */
export type Hint = string | readonly HintPart[];

/** A hint in one piece: steps`run ${ownCommand("doctor")} there`. */
export function steps(texts: TemplateStringsArray, ...parts: (HintPart | readonly HintPart[])[]): HintPart[] {
  return texts.flatMap((text, index) => [text, parts[index] ?? []].flat()).filter((part) => part !== "");
}

export function ownCommand(command: string, ...args: string[]): OwnCommand {
  return { command, args };
}

/** The hint as a person reads and types it. */
export function renderHint(parts: readonly HintPart[]): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const { command, args, host } = part;
      return ["cowork", ...(host === undefined ? [] : ["--host", host]), command, ...args].map(word).join(" ");
    })
    .join("");
}

/** `<name>` and `…` stand for what the reader puts there. */
function word(text: string): string {
  return /^(?:<[a-z -]+>|…)$/.test(text) ? text : shellWord(text);
}

/**
 * The same hint, said by another machine: commands about a machine say which one. Those about a session or the project do not need
 * it, for these are known by their names where the hint is read.
 */
export function onHost(parts: readonly HintPart[], host: string): HintPart[] {
  return parts.map((part) => (typeof part !== "string" && isAboutMachine(part) ? { ...part, host } : part));
}

/** Commands that find out by themselves which machine they are for. */
const ofSessions = ["init", "connect", "list", "status", "start", "stop", "diff", "pull", "push", "logs", "config"];

function isAboutMachine({ command, args: [first = ""] }: OwnCommand): boolean {
  return !ofSessions.includes(command) && !(command === "clean" && /^[A-Za-z0-9<]/.test(first));
}
