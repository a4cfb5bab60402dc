import { plain } from "../../system/text.ts";
import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const approveCommand = defineCommand({
  name: "approve",
  group: "Work",
  summary: "Allow what an agent asks for, or choose an answer",
  details: [
    "cowork approvals --json shows the ids. A session's name in place of an id works if the session asks exactly one thing, and that was shown before;\n" +
      "otherwise it is printed, and the exit code is 1.",
    "For a question, name the chosen answers or their numbers: with one question all words are answers to it, otherwise one word for each question.\n" +
      "An approved plan is carried out with the permissions of its run.",
  ],
  positionals: [
    { name: "id", summary: "Id of the approval, or name of its session", required: true, complete: "session" },
    { name: "choice", summary: "Answers to a question", many: true },
  ],
  flags: {
    always: {
      type: "boolean",
      summary: "Do not ask again in this session: adds the rules of the approval, which are printed",
    },
  },
  examples: [
    { line: "cowork approve q7f", text: "allow it, once" },
    { line: "cowork approve q7f --always", text: "allow it, and what its rule says from now on" },
    { line: "cowork approve r3k 2", text: "choose the second answer" },
  ],
  async run({ args: [word = "", ...choices], flags }, app) {
    const [{ answerNamed }, { choicesFor }] = await Promise.all([
      import("./answer-named.ts"),
      import("../../app/work/choices.ts"),
    ]);
    return await answerNamed(app, word, "approve", (approval) => {
      const chosen = choicesFor(approval, choices);
      const decision = { decision: "allow" as const, ...(chosen === undefined ? {} : { choices: chosen }) };
      if (!flags.always) return decision;
      const { id, rules } = approval;
      if (rules.length === 0)
        throw usageError(`${plain(id)} offers no rule that could hold from now on.`, `cowork approve ${plain(id)}`);
      app.terminal.err("From now on, in this session, the agent may do this without asking:");
      for (const rule of rules) app.terminal.err(`  ${plain(rule)}`);
      return { ...decision, always: rules };
    });
  },
});
