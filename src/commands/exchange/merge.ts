import { defineCommand } from "../line/command.ts";
import { mergeOptions, mergeSignals } from "./merge-options.ts";

export const mergeCommand = defineCommand({
  name: "merge",
  group: "Work",
  summary: "Merge sessions into a branch of the project, tested together",
  details: [
    "The merge runs in a session of its own and goes on if this terminal closes. All sessions are tested at once; if the tests fail, halves are tried until the one to blame is found. A session that conflicts or fails is named and left out, and the others land. The commit that was tested is the commit that lands.",
    "A target that is checked out moves only with --ff and without changes in its files; otherwise the result is a branch of its own, and the next step is printed. Without --test and without TEST in the configuration nothing is tested. The exit code is 8 if a session conflicts, and 1 if the tests fail.",
  ],
  positionals: [{ name: "session", summary: "Sessions to merge", many: true, complete: "session" }],
  flags: {
    into: { type: "string", value: "BRANCH", summary: "Branch of the project (default: the one that is checked out)" },
    test: { type: "string", value: "CMD", summary: "Command that tests the result (default: TEST)" },
    squash: { type: "boolean", summary: "One commit for each session" },
    ff: { type: "boolean", summary: "Move the target even if it is checked out, if the project has no changes" },
    uncommitted: { type: "boolean", summary: "Include uncommitted changes, as a commit" },
    "one-by-one": { type: "boolean", summary: "Test after each session instead of all at once" },
    order: { type: "boolean", summary: "Merge in the order given (default: fewest collisions first)" },
    resolve: {
      type: "string",
      value: "WHO",
      summary: "agent: an agent in the merge's session resolves conflicts; none (default)",
    },
    status: { type: "boolean", summary: "Show the running or the last merge" },
    trust: { type: "boolean", summary: "Trust what the configuration asks of the host" },
  },
  examples: [
    { line: "cowork merge a b --test 'npm test' --ff", text: "test, then move the branch" },
    { line: "cowork merge a b --into main --squash", text: "one commit each, on main" },
    { line: "cowork merge --status", text: "what a merge does now" },
  ],
  async run({ args, flags }, app) {
    app.trust(flags.trust);
    const progress = await app.show("lines");
    const options = mergeOptions(args, flags);
    const { mergeSessions, mergeStatus } = await import("../../app/merging/merge-sessions.ts");
    const scope = await app.scope();
    const view = flags.status
      ? await mergeStatus(scope, flags.into)
      : await mergeSessions(scope, options, mergeSignals(app.caller));
    progress.stop();
    if (app.globals.json) app.json({ merge: view ?? null });
    else {
      const { showMerge } = await import("../../ui/exchange/merge.ts");
      showMerge(app.terminal, view);
    }
    return view === undefined || flags.status ? 0 : exitCodeOfMerge(view);
  },
});

function exitCodeOfMerge({ items }: { items: readonly { state: string }[] }): number {
  if (items.some(({ state }) => state === "conflicted")) return 8;
  return items.some(({ state }) => state === "failed" || state === "unjudged") ? 1 : 0;
}
