import { plain } from "../system/text.ts";
import { defineCommand } from "./line/command.ts";
import { allFlag } from "./line/shared-flags.ts";

export const listCommand = defineCommand({
  name: "list",
  aliases: ["ls"],
  group: "Sessions",
  summary: "list the sessions of this project, or of all outside of one",
  details: ["--verbose adds where the clones are. A program reads --json."],
  positionals: [],
  flags: { ...allFlag },
  examples: [
    { line: "cowork list", text: "sessions of this project, one line each" },
    { line: "cowork list --all --json", text: "of every project, for a program" },
  ],
  async run({ flags }, app) {
    const { listSessions } = await import("../app/sessions/list.ts");
    const { sessions, project } = await listSessions(await app.scope(), flags);
    if (app.globals.json) return app.json({ sessions });
    if (sessions.length === 0) {
      const where = project === undefined ? "on this host" : `in ${plain(project)}`;
      app.terminal.err(`There is no session ${where}.\n  Next: cowork init <name>`);
      return 0;
    }
    const { renderSessions } = await import("../ui/sessions.ts");
    const [{ verbose }, { width, style }] = [app.globals, app.terminal];
    const allProjects = project === undefined;
    app.terminal.out(renderSessions(sessions, { allProjects, verbose, now: app.now(), width, style }));
    return 0;
  },
});
