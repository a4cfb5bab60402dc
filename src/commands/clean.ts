import { defineCommand } from "./command.ts";
import { exitCodeOf } from "./result.ts";
import { allFlag, someSessions } from "./shared-flags.ts";

export const cleanCommand = defineCommand({
  name: "clean",
  aliases: ["rm"],
  group: "Sessions",
  summary: "remove sessions: container, clone, record; refuses where work would be lost",
  details: [
    "A session whose clone holds anything that the project does not have is left alone: the list says what, and the exit code is 3.\n" +
      "Transcripts of the agent are moved to the archive in cowork's home. Shared images stay, for the next init to be fast.",
  ],
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
    { line: "cowork clean --dry-run", text: "what would go, and what would be lost" },
    { line: "cowork clean --images", text: "only the shared images that nobody uses" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("live");
    const { sessionsOf } = await import("./meant.ts");
    const meant = await sessionsOf(app, args, { all: flags.all, command: cleanCommand });
    const { cleanSessions, cleanImages } = await import("./clean-sessions.ts");
    const options = { force: flags.force, dryRun: flags["dry-run"], purge: flags.purge };
    // Alone it is about images: whoever only wants room back must not lose a session by it.
    const imagesOnly = flags.images && args.length === 0 && !flags.all;
    const cleaned = imagesOnly
      ? []
      : await Promise.all(meant.map(({ app: its, selector }) => cleanSessions(its, selector, options)));
    const outcomes = cleaned.flat();
    const untagged = flags.images
      ? await Promise.all(meant.map(({ app: its, selector }) => cleanImages(its, selector, options.dryRun)))
      : [];
    const images = untagged.flat();
    progress.stop();
    if (app.globals.json) {
      const { cleanJson } = await import("./clean-sessions.ts");
      app.json({ sessions: outcomes.map(cleanJson), images });
    } else {
      const { showCleaned } = await import("../ui/cleaned.ts");
      showCleaned(app.terminal, outcomes, { images, dryRun: options.dryRun });
    }
    return exitCodeOf(outcomes);
  },
});
