import { defineCommand } from "./line/command.ts";
import { showResults } from "./parts/result.ts";
import { allFlag, someSessions } from "./line/shared-flags.ts";

export const stopCommand = defineCommand({
  name: "stop",
  group: "Sessions",
  summary: "Stop sessions, giving processes time to exit",
  positionals: [someSessions],
  flags: { ...allFlag, force: { type: "boolean", summary: "Also end a run that is active" } },
  examples: [
    { line: "cowork stop", text: "stop all sessions of this project" },
    { line: "cowork stop a b", text: "stop a and b" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("live");
    const { stopSessions } = await import("../app/sessions/stop.ts");
    const outcomes = await stopSessions(await app.scope(), { words: args, all: flags.all, force: flags.force });
    progress.stop();
    return await showResults(app, outcomes);
  },
});
