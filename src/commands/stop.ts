import { defineCommand } from "./command.ts";
import { selectSessions, showResults } from "./result.ts";
import { allFlag, someSessions } from "./shared-flags.ts";

export const stopCommand = defineCommand({
  name: "stop",
  group: "Sessions",
  summary: "stop sessions; what runs inside gets time to end",
  positionals: [someSessions],
  flags: { ...allFlag },
  examples: [
    { line: "cowork stop", text: "every session of this project" },
    { line: "cowork stop a b", text: "only a and b" },
  ],
  async run({ args, flags }, app) {
    const progress = await app.show("live");
    const selector = await selectSessions(app, args, flags.all);
    const { concurrency } = await app.settings();
    const { onHosts, shareOut } = await import("./hosts.ts");
    const outcomes = await onHosts(app, await shareOut(app, selector), (part, share) =>
      part.stop(share.selector, { concurrency }),
    );
    progress.stop();
    return await showResults(app, outcomes);
  },
});
