import { defineCommand } from "./line/command.ts";
import { oneSession } from "./line/shared-flags.ts";

export const logsCommand = defineCommand({
  name: "logs",
  group: "Sessions",
  summary: "Show the start-up log of a session's dev container",
  positionals: [oneSession],
  flags: {
    setup: { type: "boolean", summary: "Show the dev container's start-up log (the default)" },
    follow: { type: "boolean", short: "f", summary: "Keep printing new lines (Ctrl-C to stop)" },
  },
  examples: [
    { line: "cowork logs a --setup", text: "show the start-up log of a" },
    { line: "cowork logs a -f", text: "follow the log while a starts" },
  ],
  async run({ args, flags }, app) {
    app.endWithOutput();
    const { copyLogs } = await import("../app/sessions/connect.ts");
    await copyLogs(await app.scope(), args[0], { follow: flags.follow }, app.terminal.streams.stdout);
    return 0;
  },
});
