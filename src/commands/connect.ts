import { defineCommand } from "./line/command.ts";
import { oneSession } from "./line/shared-flags.ts";

export const connectCommand = defineCommand({
  name: "connect",
  group: "Sessions",
  summary: "open a shell in a session, or run one command in it",
  details: [
    "A stopped session is started. On a terminal the shell lives in the host's tmux: close the window, or press Ctrl-b d, and it goes on; connect again and you\n" +
      "are back. With a command there is no tmux, and stdin, stdout and the exit code are the command's own.",
  ],
  positionals: [oneSession],
  flags: { "no-tmux": { type: "boolean", summary: "a plain shell, that ends with the terminal" } },
  rest: { name: "command", summary: "run this instead of a shell" },
  examples: [
    { line: "cowork connect a", text: "work in a; detach and come back" },
    { line: "cowork connect a -- npm test", text: "run one command in a" },
  ],
  async run({ args, flags, rest }, app) {
    const progress = await app.show("lines");
    const gone = app.endWithOutput();
    const [{ connectSession }, { connectIo }] = await Promise.all([
      import("../app/sessions/connect.ts"),
      import("./parts/connect-io.ts"),
    ]);
    const io = connectIo(app.caller, gone, () => progress.stop());
    try {
      const wanted = { command: rest ?? [], tmux: !flags["no-tmux"] };
      return await connectSession(await app.scope(), args[0], wanted, io);
    } catch (error) {
      // As the shell has it for `yes | head -1`: the reader went away, and that is nobody's mistake.
      if (gone.aborted && !app.caller.signal.aborted) return 141;
      throw error;
    } finally {
      io.release();
    }
  },
});
