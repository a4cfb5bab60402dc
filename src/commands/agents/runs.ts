import { resolve } from "node:path";
import { plain } from "../../system/text.ts";
import { defineCommand } from "../line/command.ts";
import { allFlag } from "../line/shared-flags.ts";
import { usageError } from "../line/usage.ts";

export const runsCommand = defineCommand({
  name: "runs",
  group: "Work",
  summary: "List runs, or show one run with its files",
  details: ["The newest run comes first. Cost is at list prices, also under a subscription."],
  positionals: [
    {
      name: "session",
      summary: "A session, or a run such as api:3 (default: all runs of this project)",
      complete: "session",
    },
  ],
  flags: {
    ...allFlag,
    save: { type: "string", value: "DIR", summary: "Write the files of the run to a folder" },
  },
  examples: [
    { line: "cowork runs", text: "list the runs of this project" },
    { line: "cowork runs api:3 --save /tmp/api-3", text: "copy the files of one run" },
  ],
  async run({ args, flags }, app) {
    const [word] = args;
    const scope = await app.scope();
    if (flags.save !== undefined) {
      if (word === undefined) throw usageError("--save needs a run.", "cowork runs api:3 --save DIR");
      const { saveRun } = await import("../../app/work/save-run.ts");
      const saved = await saveRun(scope, word, resolve(app.caller.cwd(), flags.save));
      if (app.globals.json) return app.json({ saved });
      for (const path of saved) app.terminal.out(plain(path));
      return 0;
    }
    const { listRuns, readRunWord } = await import("../../app/work/list-runs.ts");
    const runs = await listRuns(scope, word, flags);
    if (app.globals.json) return app.json({ runs });
    const { renderRuns, renderRun } = await import("../../ui/agents/runs.ts");
    const [only] = runs;
    if (only === undefined) app.terminal.err("No runs.\n  Next: cowork run <session> 'task'");
    else if (word !== undefined && readRunWord(word).n !== undefined) app.terminal.out(renderRun(only, app.terminal));
    else app.terminal.out(renderRuns(runs, { now: app.now(), ...app.terminal }));
    return 0;
  },
});
