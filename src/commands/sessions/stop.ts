import { defineCommand } from "../line/command.ts";
import { showResults } from "./result.ts";
import { allFlag, someSessions } from "../line/shared-flags.ts";

export const stopCommand = defineCommand({
  name: "stop",
  group: "Sessions",
  summary: "Stop sessions, giving processes time to exit",
  details: [
    "--hide also leaves the sessions out of list and of completion, until start, open, connect or run starts them again; `cowork list --hidden` shows them.",
  ],
  positionals: [someSessions],
  flags: {
    ...allFlag,
    force: { type: "boolean", summary: "Also end a run that is active" },
    hide: { type: "boolean", summary: "Also leave them out of lists until they are started again" },
  },
  examples: [
    { line: "cowork stop", text: "stop all sessions of this project" },
    { line: "cowork stop a b", text: "stop a and b" },
    { line: "cowork stop a --hide", text: "put a aside for later" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("live");
    const { stopSessions } = await import("../../app/sessions/stop.ts");
    const outcomes = await stopSessions(await app.scope(), { words: args, ...flags });
    progress.stop();
    return await showResults(app, outcomes);
  },
});
