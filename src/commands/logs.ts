import { defineCommand } from "./line/command.ts";
import { oneSession } from "./line/shared-flags.ts";

export const logsCommand = defineCommand({
  name: "logs",
  group: "Sessions",
  summary: "show how a session's dev container came up",
  positionals: [oneSession],
  flags: {
    setup: { type: "boolean", summary: "how the dev container came up: today the only log" },
    follow: { type: "boolean", short: "f", summary: "go on as the log grows; Ctrl-C ends it" },
  },
  examples: [
    { line: "cowork logs a --setup", text: "how a came up" },
    { line: "cowork logs a -f", text: "watch it while it does" },
  ],
  async run({ args, flags }, app) {
    app.endWithOutput();
    const { copyLogs } = await import("../app/sessions/connect.ts");
    await copyLogs(await app.scope(), args[0], { follow: flags.follow }, app.terminal.streams.stdout);
    return 0;
  },
});
