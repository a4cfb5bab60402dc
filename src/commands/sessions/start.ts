import { defineCommand } from "../line/command.ts";
import { showResults } from "./result.ts";
import { allFlag, someSessions } from "../line/shared-flags.ts";

export const startCommand = defineCommand({
  name: "start",
  group: "Sessions",
  summary: "Start stopped sessions",
  details: [
    "start uses the dev container configuration from when the session was created. --rebuild reads it again from the clone, asks " +
      "for trust if it changed, and rebuilds the image and the container. Clone, transcripts and login are kept. " +
      "Sessions that stop --hide left out of lists are started only by name.",
  ],
  positionals: [{ ...someSessions, complete: "any-session" }],
  flags: {
    ...allFlag,
    rebuild: { type: "boolean", summary: "Read the configuration again and rebuild the image and the container" },
    force: { type: "boolean", summary: "With --rebuild: also end a run that is active" },
    trust: { type: "boolean", summary: "Trust what the configuration asks of the host" },
  },
  examples: [
    { line: "cowork start", text: "start all sessions of this project" },
    { line: "cowork start a --rebuild", text: "rebuild the dev container of a" },
  ],
  async run({ args, flags }, app) {
    app.trust(flags.trust);
    const progress = await app.show("live");
    const { startSessions } = await import("../../app/sessions/start.ts");
    const outcomes = await startSessions(await app.scope(), { words: args, ...flags });
    progress.stop();
    return await showResults(app, outcomes);
  },
});
