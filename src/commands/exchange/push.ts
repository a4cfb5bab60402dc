import { defineCommand } from "../line/command.ts";
import { oneSession } from "../line/shared-flags.ts";

export const pushCommand = defineCommand({
  name: "push",
  group: "Work",
  summary: "Send the project's commits to a session",
  details: [
    "The session's branches and files change only with --merge or --rebase. A merge or rebase with conflicts is undone, unless --keep-conflicts leaves it there to be resolved, by you or by the agent.",
  ],
  positionals: [
    oneSession,
    { name: "ref", summary: "Branch, tag or commit of the project (default: what is checked out)" },
  ],
  flags: {
    merge: { type: "boolean", summary: "Merge it into the session's branch" },
    rebase: { type: "boolean", summary: "Rebase the session's branch onto it" },
    "keep-conflicts": { type: "boolean", summary: "Leave conflicts in the session instead of undoing it" },
  },
  examples: [
    { line: "cowork push a main", text: "make main available in a as project/main" },
    { line: "cowork push a main --rebase", text: "rebase the branch of a onto it" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("lines");
    const { pushSession } = await import("../../app/sessions/exchange.ts");
    const wanted = { ref: args[1], ...flags, keepConflicts: flags["keep-conflicts"] };
    const result = await pushSession(await app.scope(), args[0], wanted);
    progress.stop();
    if (app.globals.json) return app.json(result);
    const { renderPushed } = await import("../../ui/exchange/exchange.ts");
    app.terminal.out(renderPushed(result));
    return 0;
  },
});
