import type { RebuildRequest } from "../session/host-part.ts";
import type { App } from "./app.ts";
import { defineCommand } from "./command.ts";
import { showResults } from "./result.ts";
import { allFlag, someSessions } from "./shared-flags.ts";
import { usageError } from "./usage.ts";

export const startCommand = defineCommand({
  name: "start",
  group: "Sessions",
  summary: "start sessions again, as they were",
  details: [
    "A start uses the dev container configuration as it was taken when the session was made. --rebuild takes it anew from\n" +
      "the clone, asks for trust if it changed, and makes image and container again; clone, transcripts and login stay.",
  ],
  positionals: [someSessions],
  flags: {
    ...allFlag,
    rebuild: { type: "boolean", summary: "take the configuration anew from the clone; new image and container" },
    trust: { type: "boolean", summary: "agree to what the configuration asks of this host" },
  },
  examples: [
    { line: "cowork start", text: "every session of this project" },
    { line: "cowork start a --rebuild", text: "a, with its dev container made anew" },
  ],
  async run({ args, flags }, app) {
    if (flags.rebuild && flags.all) {
      throw usageError("--rebuild works on the sessions of one project.", "cowork start --rebuild, inside the project");
    }
    app.trust(flags.trust);
    const progress = await app.show("live");
    const { sessionsOf } = await import("./meant.ts");
    const meant = await sessionsOf(app, args, { all: flags.all, command: startCommand });
    const { onHosts, shareOut } = await import("./hosts.ts");
    const all = await Promise.all(
      meant.map(async ({ app: its, selector }) => {
        const settings = await its.settings();
        const options = { settings, ...(flags.rebuild ? { rebuild: await rebuildRequest(its) } : {}) };
        return await onHosts(its, await shareOut(its, selector), (part, share) => part.start(share.selector, options));
      }),
    );
    const outcomes = all.flat();
    progress.stop();
    return await showResults(app, outcomes);
  },
});

async function rebuildRequest(app: App): Promise<RebuildRequest> {
  const { facts, source } = await app.project();
  return { project: facts, source, settings: await app.settings() };
}
