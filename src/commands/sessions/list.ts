import { plain } from "../../system/text.ts";
import { defineCommand } from "../line/command.ts";
import { allFlag } from "../line/shared-flags.ts";

export const listCommand = defineCommand({
  name: "list",
  aliases: ["ls"],
  group: "Sessions",
  summary: "List the sessions of this project, or of all projects",
  details: [
    "Outside a project it lists the sessions of all projects. STATE is what the agent does while the session runs, and NOW is what it works on or waits for. --wide shows branches and dates, --verbose the path of each clone too. Use --json in scripts.",
  ],
  positionals: [],
  flags: {
    ...allFlag,
    hidden: { type: "boolean", summary: "Include the sessions that stop --hide left out" },
    wide: { type: "boolean", summary: "Show the branch, the start and the creation of each session" },
  },
  examples: [
    { line: "cowork list", text: "list the sessions of this project" },
    { line: "cowork list --all --json", text: "list the sessions of all projects as JSON" },
  ],
  async run({ flags }, app) {
    const { listSessions } = await import("../../app/sessions/list.ts");
    const { sessions, project, hidden } = await listSessions(await app.scope(), flags);
    if (app.globals.json) return app.json({ sessions });
    const left = hidden === 0 ? undefined : `${hidden} hidden: cowork list --hidden`;
    if (sessions.length === 0) {
      const [where, next] =
        project === undefined
          ? ["on this host", "run `cowork init <name>` in a git repository"]
          : [`in ${plain(project)}`, "cowork init <name>"];
      app.terminal.err(`No sessions ${where}.\n  Next: ${left === undefined ? next : "cowork list --hidden"}`);
      return 0;
    }
    const [{ renderSessions }, { needsLine }] = await Promise.all([
      import("../../ui/sessions/sessions.ts"),
      import("../../ui/agents/agent-state.ts"),
    ]);
    const [{ verbose }, { width, style }] = [app.globals, app.terminal];
    const allProjects = project === undefined;
    app.terminal.out(
      renderSessions(sessions, { allProjects, wide: flags.wide, verbose, now: app.now(), width, style }),
    );
    const needs = needsLine(sessions);
    if (needs !== undefined) app.terminal.err(needs);
    if (left !== undefined) app.terminal.err(left);
    return 0;
  },
});
