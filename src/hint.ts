/** A command of cowork's own in a hint. Who shows it knows which host it is meant for. */
export interface OwnCommand {
  /** `doctor` */
  command: string;
  args: string[];
  /** as the user calls the machine that it is meant for; absent: the one that said it */
  host?: string;
}

/** What to do next: words, and commands as data, so that no text has to be searched for them. */
export type HintPart = string | OwnCommand;

/** As errors take it. */
export type Hint = string | readonly HintPart[];

export function ownCommand(command: string, ...args: string[]): OwnCommand {
  return { command, args };
}

/** The hint as a person reads and types it. */
export function renderHint(parts: readonly HintPart[]): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const { command, args, host } = part;
      return ["cowork", ...(host === undefined ? [] : ["--host", host]), command, ...args].join(" ");
    })
    .join("");
}

/** The same hint, said by another machine. */
export function onHost(parts: readonly HintPart[], host: string): HintPart[] {
  return parts.map((part) => (typeof part === "string" ? part : { ...part, host }));
}
