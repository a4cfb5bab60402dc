/** An option of a command. `value` is the placeholder in help: `--from REF`. */
export type Flag =
  | { type: "boolean"; summary: string; short?: string }
  | {
      type: "string";
      summary: string;
      value: string;
      short?: string;
      /** The value may be left out: a next word that does not match is not taken, and the value is `otherwise`. */
      optional?: { matches: RegExp; otherwise: string };
    };

export type Flags = Readonly<Record<string, Flag>>;

/** The values of declared flags: boolean ones always have a value, others only when given. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K]["type"] extends "boolean" ? boolean : string | undefined;
};

/** Flags of every command. */
export const globalFlags = {
  host: {
    type: "string",
    value: "HOST",
    summary: "Host of the sessions: local, a name that was added, or a destination for ssh",
  },
  json: { type: "boolean", summary: "Print one JSON value on stdout" },
  verbose: { type: "boolean", summary: "Show more details, also of errors" },
  "no-color": { type: "boolean", summary: "Do not use colour (the same as NO_COLOR=1)" },
  help: { type: "boolean", short: "h", summary: "Show help for the command" },
} as const satisfies Flags;

export type GlobalValues = FlagValues<typeof globalFlags>;
