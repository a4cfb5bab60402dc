import { defineCommand } from "./line/command.ts";
import { showResults } from "./parts/result.ts";
import { allFlag, someSessions } from "./line/shared-flags.ts";

export const startCommand = defineCommand({
  name: "start",
  group: "Sessions",
  summary: "start sessions again, as they were",
  details: [
    "A start uses the dev container configuration as it was taken when the session was made. --rebuild takes it anew from\n" +
      "the clone, asks for trust if it changed, and makes image and container again; clone, transcripts and login stay.",
  ],
  positionals: [someSessions],
  flags: {
    ...allFlag,
    rebuild: { type: "boolean", summary: "take the configuration anew from the clone; new image and container" },
    trust: { type: "boolean", summary: "agree to what the configuration asks of this host" },
  },
  examples: [
    { line: "cowork start", text: "every session of this project" },
    { line: "cowork start a --rebuild", text: "a, with its dev container made anew" },
  ],
  async run({ args, flags }, app) {
    app.trust(flags.trust);
    const progress = await app.show("live");
    const { startSessions } = await import("../app/sessions/start.ts");
    const outcomes = await startSessions(await app.scope(), { words: args, ...flags });
    progress.stop();
    return await showResults(app, outcomes);
  },
});
