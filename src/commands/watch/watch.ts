import { usageError } from "../../errors.ts";
import { defineCommand } from "../line/command.ts";

export const watchCommand = defineCommand({
  name: "watch",
  group: "Work",
  summary: "Show all sessions live on one screen, and work with them by keys",
  details: [
    "It shows the sessions of every project and host, those that need you first, and stays open. Keys open the agent of the selected " +
      "session, send to it, show its log and its changes, pull its work or interrupt it; ? lists them.",
    "a shows what agents ask, one question at a time, as cowork approvals does: nothing is allowed by a single key. The selection stays " +
      "on its session, and rows keep their places while you press keys.",
  ],
  positionals: [],
  flags: {},
  examples: [{ line: "cowork watch", text: "watch all sessions; q quits" }],
  async run(_input, app) {
    const { stdin, stdout } = app.caller.streams;
    if (app.globals.json || stdin.isTTY !== true || stdout.isTTY !== true)
      throw usageError("cowork watch needs a terminal.", "cowork list --all");
    const { TERM: kind = "dumb" } = app.caller.env;
    if (kind === "dumb" || kind === "")
      throw usageError("cowork watch needs a terminal that can move the cursor: TERM is dumb.", "cowork list --all");
    const [{ keepMemorySmall, withoutOptimizing }, { watchSessions }] = await Promise.all([
      import("../process/small-memory.ts"),
      import("./watch-sessions.ts"),
    ]);
    keepMemorySmall();
    withoutOptimizing();
    await watchSessions(app);
    return 0;
  },
});
