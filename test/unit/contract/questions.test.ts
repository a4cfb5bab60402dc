import { describe, expect, test } from "vitest";
import { askedQuestion, isAnswerTo, question, type Question } from "../../../src/contract/questions.ts";
import { readAnswer, writeAnswer } from "../../../src/jobs/job-files.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const confirm: Question = { kind: "confirm", text: "Go on?" };
const choice: Question = {
  kind: "choice",
  text: "Which session?",
  choices: [
    { value: "0", label: "a" },
    { value: "1", label: "b" },
  ],
};

describe("a question", () => {
  test("has an id derived from its content, and can be stored", () => {
    expect(askedQuestion(confirm).id).toBe(askedQuestion({ ...confirm }).id);
    expect(askedQuestion({ ...confirm, text: "Go on!" }).id).not.toBe(askedQuestion(confirm).id);
    for (const one of [confirm, choice]) expect(question.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });

  test("accepts only an answer of its kind", () => {
    const given = [true, false, null, "1", "2", undefined, 1];
    expect(given.map((answer) => isAnswerTo(confirm, answer))).toEqual([true, true, true, false, false, false, false]);
    expect(given.map((answer) => isAnswerTo(choice, answer))).toEqual([false, true, true, true, false, false, false]);
  });
});

test("an answer to a job's question is read as it was written", async () => {
  const folder = await temporaryFolder();
  for (const [n, answer] of [true, false, null, "1", "yes"].entries()) {
    await writeAnswer(folder, n, answer);
    expect(await readAnswer(folder, n)).toBe(answer);
  }
  expect(await readAnswer(folder, 9)).toBeUndefined();
});
