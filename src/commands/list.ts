import { plain } from "../system/text.ts";
import type { App } from "./app.ts";
import { defineCommand } from "./command.ts";
import { selectSessions } from "./result.ts";
import { allFlag } from "./shared-flags.ts";

export const listCommand = defineCommand({
  name: "list",
  group: "Sessions",
  summary: "list the sessions of this project",
  positionals: [],
  flags: { ...allFlag },
  examples: [
    { line: "cowork list", text: "sessions of this project, one line each" },
    { line: "cowork list --all --json", text: "of every project, for a program" },
  ],
  async run({ flags }, app) {
    if (app.globals.host === undefined) await askEngine(app);
    const selector = await selectSessions(app, [], flags.all);
    const { listEverywhere } = await import("./list-everywhere.ts");
    const sessions = await listEverywhere(app, selector);
    if (app.globals.json) {
      app.json({ sessions });
      return 0;
    }
    if (sessions.length === 0) {
      const where = selector.project === undefined ? "on this host" : `in ${plain(selector.project.name)}`;
      app.terminal.err(`There is no session ${where}.\n  Next: cowork init <name>`);
      return 0;
    }
    const { renderSessions } = await import("../ui/sessions.ts");
    const { width, style } = app.terminal;
    app.terminal.out(renderSessions(sessions, { allProjects: flags.all, now: app.now(), width, style }));
    return 0;
  },
});

/** This machine is asked whatever comes: nobody need wait for its answer later. */
async function askEngine(app: App): Promise<void> {
  const [{ askAhead }, ctx] = await Promise.all([import("../session/world.ts"), app.context()]);
  await askAhead(ctx);
}
