import { defineCommand } from "../line/command.ts";
import { allFlag, someSessions } from "../line/shared-flags.ts";

export const statusCommand = defineCommand({
  name: "status",
  group: "Sessions",
  summary: "Show detailed status of sessions",
  details: [
    "--verbose adds container, CPU, memory, disk, ports, volumes and what cowork changed in the configuration, which takes longer. " +
      "--json always includes everything. Outside a project it shows the sessions of all projects.",
  ],
  positionals: [someSessions],
  flags: { ...allFlag },
  examples: [
    { line: "cowork status", text: "show all sessions of this project" },
    { line: "cowork status a --verbose", text: "show everything about a" },
    { line: "cowork status --json", text: "print JSON for scripts" },
  ],
  async run({ args, flags }, app) {
    const { json, verbose } = app.globals;
    const { statusWithMerged } = await import("../../app/merging/status-merged.ts");
    const wanted = { words: args, all: flags.all, brief: !json && !verbose };
    const sessions = await statusWithMerged(await app.scope(), wanted);
    if (json) return app.json({ sessions });
    if (sessions.length === 0) {
      app.terminal.err("No sessions.\n  Next: cowork init <name>");
      return 0;
    }
    const { renderStatus } = await import("../../ui/sessions/status.ts");
    const { width, style } = app.terminal;
    app.terminal.out(renderStatus(sessions, { verbose, now: app.now(), width, style }));
    return 0;
  },
});
