import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";
import { someSessions } from "../line/shared-flags.ts";

export const conflictsCommand = defineCommand({
  name: "conflicts",
  group: "Work",
  summary: "Show which sessions would collide if they were merged now",
  details: [
    "It compares every pair of sessions, and each session with the project's branch, on all hosts: what is committed, changed and " +
      "untracked. Nothing is changed, and stopped sessions are not started.\n" +
      "textual: git finds a conflict. structural: both change the same function or class. semantic: one uses what the other changes. " +
      "clean: git merges it clean, and there is no name-level sign of a collision; tests may still fail.",
    "The exit code is 8 if something collides, and 1 if nothing does but a session could not be judged.",
  ],
  positionals: [{ ...someSessions, summary: "Sessions to compare with all others (default: all of this project)" }],
  flags: {
    watch: { type: "boolean", summary: "Compare again whenever an agent did something, and print what changed" },
    type: { type: "string", value: "TYPE", summary: "Only a class, such as textual, or a kind, such as 'lock file'" },
    diff: { type: "boolean", summary: "Show both sides of each textual conflict" },
    history: { type: "boolean", summary: "Show when conflicts were found and when they were gone" },
  },
  examples: [
    { line: "cowork conflicts", text: "compare all sessions of this project" },
    { line: "cowork conflicts a --diff", text: "show what collides with a" },
    { line: "cowork conflicts --watch --json", text: "print a line of JSON for each change" },
  ],
  async run({ args, flags }, app) {
    const { showConflicts, followConflicts } = await import("./show-conflicts.ts");
    const { type, diff } = flags;
    const wanted = { words: args, ...(type === undefined ? {} : { type }) };
    if (flags.history && (flags.watch || diff || type !== undefined))
      throw usageError("--history cannot be combined with --watch, --type and --diff.", "cowork conflicts --history");
    if (flags.watch && diff) throw usageError("--watch and --diff cannot be combined.", "cowork conflicts --watch");
    if (flags.history) return await (await import("./show-history.ts")).showHistory(app, wanted.words);
    return flags.watch ? await followConflicts(app, wanted) : await showConflicts(app, wanted, { diff });
  },
});
