import { defineCommand } from "./line/command.ts";
import { allFlag, someSessions } from "./line/shared-flags.ts";

export const statusCommand = defineCommand({
  name: "status",
  group: "Sessions",
  summary: "show the work in sessions; with --verbose all that is known",
  details: [
    "--verbose adds container, processor and memory, disk, ports, volumes, and what cowork changed in the configuration: figures\n" +
      "that take a moment. --json always holds all of it. Outside of a project: the sessions of every project.",
  ],
  positionals: [someSessions],
  flags: { ...allFlag },
  examples: [
    { line: "cowork status", text: "every session of this project" },
    { line: "cowork status a --verbose", text: "all that is known of a" },
    { line: "cowork status --json", text: "for a program" },
  ],
  async run({ args, flags }, app) {
    const { json, verbose } = app.globals;
    const { statusOfSessions } = await import("../app/sessions/list.ts");
    const wanted = { words: args, all: flags.all, brief: !json && !verbose };
    const sessions = await statusOfSessions(await app.scope(), wanted);
    if (json) return app.json({ sessions });
    if (sessions.length === 0) {
      app.terminal.err("There is no session.\n  Next: cowork init <name>");
      return 0;
    }
    const { renderStatus } = await import("../ui/status.ts");
    const { width, style } = app.terminal;
    app.terminal.out(renderStatus(sessions, { verbose, now: app.now(), width, style }));
    return 0;
  },
});
