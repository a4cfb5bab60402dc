/** An option of a command. `value` is what stands for the value in help: `--from REF`. */
export type Flag =
  | { type: "boolean"; summary: string; short?: string }
  | { type: "string"; summary: string; value: string; short?: string };

export type Flags = Readonly<Record<string, Flag>>;

/** The values of declared flags: boolean ones are there always, others only when given. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K]["type"] extends "boolean" ? boolean : string | undefined;
};

/** Flags of every command. */
export const globalFlags = {
  host: {
    type: "string",
    value: "HOST",
    summary: "where the sessions live: a name that was added, or what ssh takes; local",
  },
  json: { type: "boolean", summary: "print one JSON value on stdout" },
  verbose: { type: "boolean", summary: "show details of errors, and what goes on" },
  "no-color": { type: "boolean", summary: "no colour (so does NO_COLOR)" },
  help: { type: "boolean", short: "h", summary: "show help for the command" },
} as const satisfies Flags;

export type GlobalValues = FlagValues<typeof globalFlags>;
