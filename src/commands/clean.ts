import type { CleanOutcome } from "../session/host-part.ts";
import { defineCommand } from "./command.ts";
import { exitCodeOf } from "./result.ts";
import { allFlag, someSessions } from "./shared-flags.ts";
import { usageError } from "./usage.ts";

export const cleanCommand = defineCommand({
  name: "clean",
  aliases: ["rm"],
  group: "Sessions",
  summary: "remove sessions; refuses where work would be lost",
  details: [
    "A session whose clone holds anything that the project does not have is left alone: the list says what, and the exit code is 3.\n" +
      "That is: commits of branches, tags, stashes, a detached HEAD or one that was left, changed and untracked files, ignored files\n" +
      "that look precious (PRECIOUS names more), what cannot be read, working trees outside the clone. Other ignored files, hooks and\n" +
      "git's own settings are not looked at. Commits that an amend, a rebase or others replaced, the session's volumes, and what lies\n" +
      "in home folders of its containers go along; they are named.",
    "Without names it lists what would go and asks; where nobody can be asked, name the sessions or give --all.",
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
    { line: "cowork clean", text: "list what would go of this project, and ask" },
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
    const outcomes = imagesOnly ? [] : await cleanMeant();
    if (outcomes === undefined) {
      progress.stop();
      app.terminal.err("Nothing was removed.");
      if (app.globals.json) app.json({ sessions: [], images: [] });
      return 1;
    }
    const untagged = flags.images
      ? await Promise.all(
          meant.map(({ app: its, selector }) => cleanImages(its, imagesOnly ? {} : selector, options.dryRun)),
        )
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

    /** Everything goes only after a question, or where `--all` says so and nobody can be asked. */
    async function cleanMeant(): Promise<CleanOutcome[] | undefined> {
      const isNamed = args.length > 0 || options.dryRun;
      const canAsk = app.terminal.canAsk || app.caller.env["COWORK_YES"] === "true";
      if (isNamed || (flags.all && !canAsk)) {
        const cleaned = meant.map(({ app: its, selector }) => cleanSessions(its, selector, options));
        return (await Promise.all(cleaned)).flat();
      }
      if (!canAsk)
        throw usageError("Which sessions?", "name them: cowork clean <session…>; or every one: cowork clean --all");
      const { cleanAsking } = await import("./clean-sessions.ts");
      // Without names it is one project, or everything there is.
      const [{ app: its, selector } = { app, selector: {} }] = meant;
      return await cleanAsking(its, selector, options);
    }
  },
});
