import { ownCommand } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { defineCommand } from "../line/command.ts";
import { oneSession } from "../line/shared-flags.ts";
import { usageError } from "../line/usage.ts";

export const sendCommand = defineCommand({
  name: "send",
  group: "Work",
  summary: "Say more to a session's agent, in the same conversation",
  details: [
    "An active run gets the text at its next step. If the last run has ended, a new run continues its conversation.\n" +
      "While the agent waits for an answer, answer it first: cowork approvals.",
    "An agent that open started gets the text typed into its terminal, unless someone else is typing there. One that was started otherwise, " +
      "for example with connect, cannot be typed to.",
  ],
  positionals: [
    oneSession,
    { name: "text", summary: "What to say, as one word for the shell: quote it", mayBeEmpty: true },
  ],
  tooMany: ([session = "", ...words]) =>
    usageError("The text is several words for the shell: quote it.", [ownCommand("send", session, words.join(" "))]),
  flags: {
    file: { type: "string", short: "F", value: "FILE", summary: "Read the text from a file; - for stdin" },
  },
  examples: [
    { line: "cowork send a 'add tests, too'", text: "say more to the agent in a" },
    { line: "git diff | cowork send a -F -", text: "send the output of a program" },
  ],
  async run({ args, flags }, app) {
    const { readPrompt } = await import("./prompt.ts");
    const usage = "cowork send <session> 'text'";
    const text = await readPrompt(app, { text: args[1], file: flags.file, usage });
    const { sendPrompt } = await import("../../app/work/talk.ts");
    const sent = await sendPrompt(await app.scope(), args[0], text);
    const { session, how, run } = sent;
    if (app.globals.json) return app.json({ session, how, ...(run === undefined ? {} : { run }) });
    const { renderSent } = await import("../../ui/agents/sent.ts");
    app.terminal.out(renderSent(sent));
    app.terminal.err(`  Next: cowork logs ${plain(session)} -f`);
    return 0;
  },
});
