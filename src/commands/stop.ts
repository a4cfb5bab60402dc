import { defineCommand } from "./command.ts";
import { showResults } from "./result.ts";
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
    const { sessionsOf } = await import("./meant.ts");
    const meant = await sessionsOf(app, args, { all: flags.all, command: stopCommand });
    const { onHosts, shareOut } = await import("./hosts.ts");
    const all = await Promise.all(
      meant.map(async ({ app: its, selector }) => {
        const { concurrency } = await its.settings();
        return await onHosts(its, await shareOut(its, selector), (part, share) =>
          part.stop(share.selector, { concurrency }),
        );
      }),
    );
    const outcomes = all.flat();
    progress.stop();
    return await showResults(app, outcomes);
  },
});
