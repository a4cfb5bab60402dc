import type { RunAction } from "../../contract/work/run.ts";

const unattended =
  "You run unattended: no one watches. If something is unclear, decide sensibly and say so in your final message.";
const unchanged = "Do not change anything: no files, no commits, no branches. Your final message is the report.";

/** What is added to the agent's instructions, by action. */
export const instructions: Readonly<Record<RunAction, string>> = {
  implement: `${unattended} Finish the task. End with a short summary of what you did and what is left.`,
  plan: `${unattended} First make a plan and present it for approval. After it is approved, carry it out.`,
  analyze: `${unattended} Analyze what you are asked about. ${unchanged}`,
  review: `${unattended} Review the work that you are asked about. List what you find, the most serious first, each with its place and a reason. ${unchanged}`,
};

/** Continues a conversation that ended at a usage limit. */
export const goOn = "The usage limit has ended. Continue where you stopped.";
