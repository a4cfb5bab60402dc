import { cleanDetails } from "./clean-details.ts";
import { defineCommand } from "../line/command.ts";
import { exitCodeOf } from "./result.ts";
import { allFlag, someSessions } from "../line/shared-flags.ts";

export const cleanCommand = defineCommand({
  name: "clean",
  aliases: ["rm"],
  group: "Sessions",
  summary: "Delete sessions, unless unsaved work would be lost",
  details: cleanDetails,
  positionals: [someSessions],
  flags: {
    ...allFlag,
    images: {
      type: "boolean",
      summary: "Delete unused shared images; with names or --all, delete those sessions too",
    },
    purge: { type: "boolean", summary: "Delete transcripts instead of archiving them" },
    merged: { type: "boolean", summary: "Only sessions whose work is in the project's branch, also as other commits" },
    "older-than": { type: "string", value: "TIME", summary: "With --merged: only if that was found so long ago (7d)" },
    "delete-branch": { type: "boolean", summary: "Also delete the branch that pull made, if it is merged" },
    force: { type: "boolean", summary: "Delete even if unsaved work would be lost or a run is active, and do not ask" },
    "dry-run": { type: "boolean", summary: "Show what would be deleted and what would be lost, and exit" },
  },
  examples: [
    { line: "cowork clean a", text: "delete a, unless work would be lost" },
    { line: "cowork clean", text: "list the sessions of this project, and ask" },
    { line: "cowork clean --dry-run", text: "show what would be deleted and lost" },
    { line: "cowork clean --merged", text: "delete what is merged" },
    { line: "cowork clean --images", text: "delete shared images that no session uses" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("live");
    const { cleanAny } = await import("../../app/merging/clean-merged.ts");
    const canAsk = app.terminal.canAsk || app.caller.env["COWORK_YES"] === "true";
    const dryRun = flags["dry-run"];
    const { sessions, images } = await cleanAny(await app.scope(), {
      ...flags,
      words: args,
      dryRun,
      canAsk,
      olderThan: flags["older-than"],
      deleteBranch: flags["delete-branch"],
    });
    progress.stop();
    if (sessions === undefined) app.terminal.err("Nothing was removed.");
    if (app.globals.json) {
      const { cleanJson } = await import("../../app/sessions/outcomes.ts");
      app.json({ sessions: (sessions ?? []).map(cleanJson), images });
    } else if (sessions !== undefined) {
      const { showCleaned } = await import("../../ui/sessions/cleaned.ts");
      showCleaned(app.terminal, sessions, { images, dryRun });
    }
    return sessions === undefined ? 1 : exitCodeOf(sessions);
  },
});
