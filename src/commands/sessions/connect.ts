import { defineCommand } from "../line/command.ts";
import { oneSession } from "../line/shared-flags.ts";

export const connectCommand = defineCommand({
  name: "connect",
  group: "Sessions",
  summary: "Open a shell in a session, or run a command in it",
  details: [
    "A stopped session is started first. On a terminal the shell runs in the host's tmux: it keeps running when you close the window or press Ctrl-b d, " +
      "and the next connect attaches to it again. A command runs without tmux; stdin, stdout and the exit code are the command's own.",
  ],
  positionals: [oneSession],
  flags: { "no-tmux": { type: "boolean", summary: "Open a plain shell, which ends with the terminal" } },
  rest: { name: "command", summary: "Command to run instead of a shell" },
  examples: [
    { line: "cowork connect a", text: "open a shell in a; detach with Ctrl-b d" },
    { line: "cowork connect a -- npm test", text: "run one command in a" },
  ],
  async run({ args, flags, rest }, app) {
    const progress = await app.show("lines");
    const gone = app.endWithOutput();
    const [{ connectSession }, { connectIo }] = await Promise.all([
      import("../../app/sessions/connect.ts"),
      import("./connect-io.ts"),
    ]);
    const io = connectIo(app.caller, gone, () => progress.stop());
    try {
      const wanted = { command: rest ?? [], tmux: !flags["no-tmux"] };
      return await connectSession(await app.scope(), args[0], wanted, io);
    } catch (error) {
      // The same exit code as in `yes | head -1`: the reader of the output has exited, which is not an error.
      if (gone.aborted && !app.caller.signal.aborted) return 141;
      throw error;
    } finally {
      io.release();
    }
  },
});
