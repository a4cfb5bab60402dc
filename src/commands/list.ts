import { plain } from "../system/text.ts";
import { defineCommand } from "./command.ts";
import { askEngineAhead, selectSessions } from "./result.ts";
import { allFlag } from "./shared-flags.ts";

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
    await askEngineAhead(app);
    const { rootHere } = await import("./meant.ts");
    const all = flags.all || (await rootHere(app)) === undefined;
    const selector = await selectSessions(app, [], all);
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
    const [{ verbose }, { width, style }] = [app.globals, app.terminal];
    app.terminal.out(renderSessions(sessions, { allProjects: all, verbose, now: app.now(), width, style }));
    return 0;
  },
});
