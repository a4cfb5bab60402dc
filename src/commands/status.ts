import { defineCommand } from "./command.ts";
import { selectSessions } from "./result.ts";
import { allFlag, someSessions } from "./shared-flags.ts";

export const statusCommand = defineCommand({
  name: "status",
  group: "Sessions",
  summary: "show sessions in depth: git, unsaved work, container, disk, ports, login",
  positionals: [someSessions],
  flags: { ...allFlag },
  examples: [
    { line: "cowork status", text: "every session of this project" },
    { line: "cowork status a", text: "only a" },
    { line: "cowork status --json", text: "for a program" },
  ],
  async run({ args, flags }, app) {
    const selector = await selectSessions(app, args, flags.all);
    const { precious } = await app.settings();
    const { statusEverywhere } = await import("./list-everywhere.ts");
    const sessions = await statusEverywhere(app, selector, { precious });
    if (app.globals.json) {
      app.json({ sessions });
    } else if (sessions.length === 0) {
      app.terminal.err("There is no session.\n  Next: cowork init <name>");
    } else {
      const { renderStatus } = await import("../ui/status.ts");
      const { width, style } = app.terminal;
      app.terminal.out(renderStatus(sessions, { now: app.now(), width, style }));
    }
    return 0;
  },
});
