import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const logsCommand = defineCommand({
  name: "logs",
  group: "Sessions",
  summary: "Show what a session's agent did",
  details: [
    "It shows the session's newest run, what the agent did in a terminal since, and a question that waits for you. If there is " +
      "nothing of this, it shows how the dev container started. With --json it is one object with the end of it as `text`.",
  ],
  positionals: [
    {
      name: "session",
      summary: "A session, or a run such as api:3 (default: the clone's or the only session; else cowork asks)",
      complete: "session",
    },
  ],
  flags: {
    setup: { type: "boolean", summary: "Show how the dev container started" },
    follow: { type: "boolean", short: "f", summary: "Keep printing what comes (Ctrl-C to stop)" },
  },
  examples: [
    { line: "cowork logs a -f", text: "follow the agent in a" },
    { line: "cowork logs a:3", text: "show what run 3 did" },
    { line: "cowork logs a --setup", text: "show the start-up log of a" },
  ],
  async run({ args, flags }, app) {
    if (flags.follow && app.globals.json)
      throw usageError("--follow and --json cannot be combined: JSON ends.", "cowork events --follow --json");
    app.endWithOutput();
    await app.show("lines");
    const { copyLogs, readLogs } = await import("../../app/sessions/logs.ts");
    if (app.globals.json) return app.json(await readLogs(await app.scope(), args[0], flags.setup));
    await copyLogs(await app.scope(), args[0], flags, app.terminal.streams.stdout);
    return 0;
  },
});
