import { cleanDetails } from "./parts/clean-details.ts";
import { defineCommand } from "./line/command.ts";
import { exitCodeOf } from "./parts/result.ts";
import { allFlag, someSessions } from "./line/shared-flags.ts";

export const cleanCommand = defineCommand({
  name: "clean",
  aliases: ["rm"],
  group: "Sessions",
  summary: "remove sessions; refuses where work would be lost",
  details: cleanDetails,
  positionals: [someSessions],
  flags: {
    ...allFlag,
    images: {
      type: "boolean",
      summary: "remove shared images that no session uses; with names or --all those sessions too",
    },
    purge: { type: "boolean", summary: "delete transcripts instead of keeping them in the archive" },
    force: { type: "boolean", summary: "remove also what would be lost" },
    "dry-run": { type: "boolean", summary: "show what would be removed and what would be lost" },
  },
  examples: [
    { line: "cowork clean a", text: "remove a, if nothing would be lost" },
    { line: "cowork clean", text: "list what would go of this project, and ask" },
    { line: "cowork clean --dry-run", text: "what would go, and what would be lost" },
    { line: "cowork clean --images", text: "only the shared images that nobody uses" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("live");
    const { clean } = await import("../app/sessions/clean.ts");
    const canAsk = app.terminal.canAsk || app.caller.env["COWORK_YES"] === "true";
    const dryRun = flags["dry-run"];
    const { sessions, images } = await clean(await app.scope(), { ...flags, words: args, dryRun, canAsk });
    progress.stop();
    if (sessions === undefined) app.terminal.err("Nothing was removed.");
    if (app.globals.json) {
      const { cleanJson } = await import("../app/sessions/outcomes.ts");
      app.json({ sessions: (sessions ?? []).map(cleanJson), images });
    } else if (sessions !== undefined) {
      const { showCleaned } = await import("../ui/cleaned.ts");
      showCleaned(app.terminal, sessions, { images, dryRun });
    }
    return sessions === undefined ? 1 : exitCodeOf(sessions);
  },
});
