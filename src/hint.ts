import { usualAgent } from "./contract/usual-agent.ts";
import type { HintPart, OwnCommand } from "./contract/hint.ts";
import { shellWord } from "./system/shell-word.ts";

export type { HintPart, OwnCommand };

/** A hint as errors accept it: text, or text and commands. */
export type Hint = string | readonly HintPart[];

/** Builds a hint of text and commands: steps`run ${ownCommand("doctor")} there`. */
export function steps(texts: TemplateStringsArray, ...parts: (HintPart | readonly HintPart[])[]): HintPart[] {
  return texts.flatMap((text, index) => [text, parts[index] ?? []].flat()).filter((part) => part !== "");
}

export function ownCommand(command: string, ...args: string[]): OwnCommand {
  return { command, args };
}

/**
 * The command that logs an agent in. Only the usual agent needs no name.
 * @param configured what the configuration selects: if that is another one, the usual agent needs its name, too
 */
export function loginStep(agent: string, configured: string = usualAgent): OwnCommand {
  const isUsual = agent === usualAgent && configured === usualAgent;
  return ownCommand("auth", "login", ...(isUsual ? [] : ["--agent", agent]));
}

/** A line about an agent's login, where the configuration selects another agent: the command in it then names the agent. */
export function namingAgent(line: string, agent: string, configured: string): string {
  if (agent !== usualAgent || configured === usualAgent) return line;
  return line.replace(/`cowork auth login`$/, () => `\`${renderHint([loginStep(agent, configured)])}\``);
}

/** Renders a hint as text, with commands as the user would type them. */
export function renderHint(parts: readonly HintPart[]): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const { command, args, host } = part;
      return ["cowork", ...(host === undefined ? [] : ["--host", host]), command, ...args].map(word).join(" ");
    })
    .join("");
}

/** Quotes a word for the shell, except the placeholders `<name>` and `…`. */
function word(text: string): string {
  return /^(?:<[a-z -]+>|…)$/.test(text) ? text : shellWord(text);
}

/**
 * Adapts a hint of another machine: adds `--host` to commands about a machine. Commands about a session or the project do not need
 * it, because their names are known where the hint is read.
 */
export function onHost(parts: readonly HintPart[], host: string): HintPart[] {
  return parts.map((part) => (typeof part !== "string" && isAboutMachine(part) ? { ...part, host } : part));
}

/** Commands that determine their host themselves. */
const ofSessions = [
  "init",
  "claim",
  "connect",
  "list",
  "status",
  "start",
  "stop",
  "diff",
  "pull",
  "push",
  "logs",
  "config",
];

function isAboutMachine({ command, args: [first = ""] }: OwnCommand): boolean {
  return !ofSessions.includes(command) && !(command === "clean" && /^[A-Za-z0-9<]/.test(first));
}
