import { usageError } from "../../errors.ts";
import { defineCommand } from "../line/command.ts";
import { agentFlag, readAgent } from "./agent-flag.ts";
import { initFlags } from "./init-flags.ts";

export const openCommand = defineCommand({
  name: "open",
  group: "Work",
  summary: "Work with the agent in a session, on this terminal",
  details: [
    "The session is created or started if need be; without a name it gets a free one. The agent runs in a window of the host's tmux: it goes on when you close " +
      "the terminal or press Ctrl-b d, and the next open attaches to it again. Ctrl-b n changes to the shell of connect and back.",
    "An active run is ended if you agree, and its conversation goes on in the terminal; `cowork run <session> --resume` is the way back.",
  ],
  positionals: [{ name: "session", summary: "Name of the session; a new name creates it", complete: "session" }],
  flags: {
    ...agentFlag,
    from: { type: "string", value: "REF", summary: "A new session starts from this branch, tag or commit" },
    branch: { type: "string", value: "NAME", summary: "Name of a new session's branch" },
    carry: { type: "boolean", summary: "Copy uncommitted changes into a new session" },
    trust: initFlags.trust,
    rm: { type: "boolean", summary: "Delete the session when the agent has ended, unless work would be lost" },
  },
  rest: { name: "prompt", summary: "What to tell the agent first" },
  examples: [
    { line: "cowork open a", text: "work with the agent in a; Ctrl-b d leaves" },
    { line: "cowork open fix -- 'fix the login'", text: "start with a prompt" },
    { line: "cowork open --rm", text: "a session that is deleted at the end" },
  ],
  async run({ args, flags, rest }, app) {
    const { stdin, stdout } = app.caller.streams;
    if (app.globals.json || stdin.isTTY !== true || stdout.isTTY !== true) {
      throw usageError("cowork open needs a terminal.", "cowork run <session> 'task'");
    }
    const agent = readAgent(flags.agent, "cowork open <session>");
    app.trust(flags.trust);
    const progress = await app.show("live");
    const [{ openSession }, { connectIo }] = await Promise.all([
      import("../../app/work/open-session.ts"),
      import("./connect-io.ts"),
    ]);
    const io = connectIo(app.caller, new AbortController().signal, () => progress.stop());
    const { from, branch, carry } = flags;
    const prompt = rest === undefined || rest.length === 0 ? undefined : rest.join(" ");
    const options = { session: args[0], prompt, fresh: { from, branch, carry, agent } };
    try {
      const opened = await openSession(await app.scope(), options, io);
      io.release();
      const { cleanOpened, tellOpened } = await import("./opened.ts");
      return flags.rm ? await cleanOpened(app, opened, () => progress.stop()) : tellOpened(app, opened);
    } finally {
      io.release();
    }
  },
});
