import { plain } from "../system/text.ts";
import { defineCommand } from "./line/command.ts";
import { oneSession } from "./line/shared-flags.ts";

export const pullCommand = defineCommand({
  name: "pull",
  group: "Work",
  summary: "bring a session's commits into the project, as branches",
  details: [
    "The project's files and its checked-out branch stay as they are, and no branch is overwritten. The session stays as it is, too.\n" +
      "A branch that the project cannot have under its name, or that git would mix up with another name there, comes as NAME-SESSION.",
  ],
  positionals: [oneSession],
  flags: {
    branch: { type: "string", value: "NAME", summary: "name of the branch in the project (else: as in the session)" },
    "all-branches": { type: "boolean", summary: "every branch and tag of the session" },
    uncommitted: { type: "boolean", summary: "also what is not committed, as a commit on a branch of its own" },
    ff: { type: "boolean", summary: "fast-forward the checked-out branch too, when the project has no changes" },
  },
  examples: [
    { line: "cowork pull a", text: "the session's branch becomes the project's branch of that name" },
    { line: "cowork pull a --uncommitted --all-branches", text: "everything that the session holds" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("lines");
    const { pullSession } = await import("../app/sessions/exchange.ts");
    const result = await pullSession(await app.scope(), args[0], {
      allBranches: flags["all-branches"],
      uncommitted: flags.uncommitted,
      ff: flags.ff,
      ...(flags.branch === undefined ? {} : { branch: flags.branch }),
    });
    progress.stop();
    if (app.globals.json) return app.json(result);
    for (const { ref, commit, state } of result.refs) {
      app.terminal.out(plain(`${ref.replace(/^refs\/(heads|tags)\//, "")}  ${commit.slice(0, 10)}  ${state}`));
    }
    if (result.refs.length === 0) app.terminal.err("  There is nothing that the project does not have.");
    for (const note of result.notes) app.terminal.err(`  ${plain(note)}`);
    const [first] = result.refs;
    if (first !== undefined) app.terminal.err(`  Next: git log ${plain(first.ref.replace(/^refs\/heads\//, ""))}`);
    return 0;
  },
});
