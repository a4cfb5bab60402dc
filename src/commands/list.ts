import { plain } from "../system/text.ts";
import { defineCommand } from "./line/command.ts";
import { allFlag } from "./line/shared-flags.ts";

export const listCommand = defineCommand({
  name: "list",
  aliases: ["ls"],
  group: "Sessions",
  summary: "List the sessions of this project, or of all projects",
  details: [
    "Outside a project it lists the sessions of all projects. --verbose adds the path of each clone. Use --json in scripts.",
  ],
  positionals: [],
  flags: { ...allFlag },
  examples: [
    { line: "cowork list", text: "list the sessions of this project" },
    { line: "cowork list --all --json", text: "list the sessions of all projects as JSON" },
  ],
  async run({ flags }, app) {
    const { listSessions } = await import("../app/sessions/list.ts");
    const { sessions, project } = await listSessions(await app.scope(), flags);
    if (app.globals.json) return app.json({ sessions });
    if (sessions.length === 0) {
      const [where, next] =
        project === undefined
          ? ["on this host", "run `cowork init <name>` in a git repository"]
          : [`in ${plain(project)}`, "cowork init <name>"];
      app.terminal.err(`No sessions ${where}.\n  Next: ${next}`);
      return 0;
    }
    const { renderSessions } = await import("../ui/sessions.ts");
    const [{ verbose }, { width, style }] = [app.globals, app.terminal];
    const allProjects = project === undefined;
    app.terminal.out(renderSessions(sessions, { allProjects, verbose, now: app.now(), width, style }));
    return 0;
  },
});
