import { defineCommand } from "../line/command.ts";

export const denyCommand = defineCommand({
  name: "deny",
  group: "Work",
  summary: "Refuse what an agent asks for, or ask for changes of its plan",
  details: [
    "A session's name in place of an id works if the session asks exactly one thing, and that was shown before; otherwise it is printed, and the exit\n" +
      "code is 1.",
  ],
  positionals: [
    { name: "id", summary: "Id of the approval, or name of its session", required: true, complete: "session" },
  ],
  flags: {
    message: { type: "string", value: "TEXT", summary: "Tell the agent why, or what to change in its plan" },
  },
  examples: [
    { line: "cowork deny q7f", text: "refuse it" },
    { line: 'cowork deny q7f --message "only the tests"', text: "refuse it and say why" },
  ],
  async run({ args: [word = ""], flags: { message } }, app) {
    const { answerNamed } = await import("./answer-named.ts");
    return await answerNamed(app, word, "deny", () => ({
      decision: "deny",
      ...(message === undefined ? {} : { message }),
    }));
  },
});
