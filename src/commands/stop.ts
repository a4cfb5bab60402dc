import { defineCommand } from "./line/command.ts";
import { showResults } from "./parts/result.ts";
import { allFlag, someSessions } from "./line/shared-flags.ts";

export const stopCommand = defineCommand({
  name: "stop",
  group: "Sessions",
  summary: "stop sessions; what runs inside gets time to end",
  positionals: [someSessions],
  flags: { ...allFlag },
  examples: [
    { line: "cowork stop", text: "every session of this project" },
    { line: "cowork stop a b", text: "only a and b" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("live");
    const { stopSessions } = await import("../app/sessions/stop.ts");
    const outcomes = await stopSessions(await app.scope(), { words: args, all: flags.all });
    progress.stop();
    return await showResults(app, outcomes);
  },
});
