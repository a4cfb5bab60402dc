/** What each side of a conflict wanted. */
export interface Intent {
  session: string;
  /** title of its last run, if it had one */
  task?: string | undefined;
  /** first lines of its commits */
  commits: readonly string[];
}

const maxCommits = 20;

/** The task for the agent that resolves a conflict: neutral, with both intents. */
export function resolvePrompt({
  into,
  paths,
  mine,
  others,
  test,
}: {
  into: string;
  paths: readonly string[];
  mine: Intent;
  others: readonly Intent[];
  test: string | undefined;
}): string {
  const check = test === undefined ? "" : ` Then run the tests: ${test}`;
  return `A merge of session ${mine.session} into ${into} stopped with conflicts in this repository. Resolve them.

Files with conflicts:
${paths.map((path) => `- ${path}`).join("\n")}

The side being merged:
${intentText(mine)}

What ${into} has already:
${others.length === 0 ? "- see git log" : others.map(intentText).join("\n")}

Keep what both sides intend: do not drop one in favour of the other. Change only the files listed above. Leave no conflict marks.
Do not commit, and do not switch branches.${check}
If both intents cannot hold at once, leave the marks in place and say why.`;
}

function intentText({ session, task, commits }: Intent): string {
  const first = `- session ${session}${task === undefined ? "" : `: ${task}`}`;
  return [first, ...commits.slice(0, maxCommits).map((subject) => `  - commit: ${subject}`)].join("\n");
}
