import { readFileSync } from "node:fs";

/**
 * Scripts for the agent: what the fake vendor answers is part of the prompt. No state is kept anywhere else, so any number of
 * sessions and subagents can talk to one fake at the same time, and a resumed conversation continues its script.
 */

/** One answer of the model. Without `tools` the turn ends with it. */
export interface Step extends Answering {
  text?: string;
  /** tools that the answer calls; deferred ones (AskUserQuestion, ExitPlanMode, WebFetch, …) need not be loaded first */
  tools?: readonly ToolCall[];
}

export interface ToolCall {
  name: string;
  /** a text only for Codex */
  input: object | string;
}

/** How a request is answered. Times are in milliseconds. */
export interface Answering {
  /** wait before the answer starts */
  delay?: number;
  /** wait before each word of the text */
  slow?: number;
  /** HTTP status in place of an answer; the agent repeats some requests, see `times` */
  status?: number;
  /** body that goes with `status`; default: an error of the vendor's for that status */
  body?: object;
  headers?: Record<string, string>;
  /** only the first requests are answered like this, and those after them normally; default: all */
  times?: number;
  /** accept the request and never answer */
  hang?: boolean;
  /** tokens that the answer reports as used; more of them make `total_cost_usd` grow */
  usage?: Partial<Usage>;
}

/** Token counts of an answer, as the vendor's API names them. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
}

/** Text of answers that no script says. */
export const plainAnswer = "made-up answer";

/** Prompt that makes the model answer with these steps, one after the other. Further requests get the plain answer. */
export function script(steps: readonly Step[]): string {
  return `@@${JSON.stringify(steps)}@@`;
}

/**
 * Prompt that refers to a script in a file (`vendor.script(name, steps)`): for a prompt inside a script, such as a subagent's, and
 * for prompts that go through a shell or are typed.
 */
export function scriptFile(name: string): string {
  return `@@file:${name}@@`;
}

/** The same for prompts that are shown in pictures: it looks like the number of an issue. It counts only at the end of a prompt. */
export function scriptIssue(name: string): string {
  return `(#${name})`;
}

/** Reads the steps of script files in the stand-in's folder. */
export function scriptsIn(folder: string): (name: string) => Step[] {
  return (name) => JSON.parse(readFileSync(`${folder}/script-${name}.json`, "utf8")) as Step[];
}

/** A request to the messages endpoint, as far as the fake reads it. */
export interface Conversation {
  messages?: readonly Message[];
  tools?: readonly unknown[];
  metadata?: object;
}

interface Message {
  role: string;
  content: string | readonly Block[];
}

interface Block {
  type: string;
  text?: string;
}

/**
 * The step that answers a request: its number is that of the answers since the last text of a user that contains a script.
 * @param read gives the steps of a script file
 * @returns undefined for a request without a script, or after its last step
 */
export function findStep(request: Conversation, read: (name: string) => readonly Step[]): Step | undefined {
  // Titles and summaries are asked for without tools, and quote the prompt.
  if ((request.tools ?? []).length === 0) return undefined;
  const messages = request.messages ?? [];
  for (let i = messages.length - 1; i >= 0; i -= 1) {
    const { role, content } = messages[i]!;
    if (role !== "user") continue;
    const steps = textsOf(content).map((text) => stepsIn(text, read));
    const last = steps.findLast((found) => found !== undefined);
    if (last !== undefined) return last[messages.slice(i).filter(isAnswer).length];
  }
  return undefined;
}

/** Was it answered here? After a turn that was cut off, the agent adds an answer of its own. */
function isAnswer({ role, content }: Message): boolean {
  return role === "assistant" && textsOf(content).join("") !== "No response requested.";
}

/** The last text of a user in a request. */
export function lastPrompt(request: Conversation): string {
  const texts = (request.messages ?? [])
    .filter(({ role }) => role === "user")
    .flatMap(({ content }) => textsOf(content));
  return texts.findLast((text) => !text.startsWith("<system-reminder>")) ?? "";
}

function textsOf(content: string | readonly Block[]): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap((block) => (block.type === "text" && block.text !== undefined ? [block.text] : []));
}

/** The steps of the script in a text; undefined: it has none. */
export function stepsIn(text: string, read: (name: string) => readonly Step[]): readonly Step[] | undefined {
  // first, because the prompt of a subagent in it may name a file
  const [, json] = /@@(\[.*\])@@/s.exec(text) ?? [];
  if (json !== undefined) return JSON.parse(json) as Step[];
  const [, named, issue] = /@@file:([\w.-]+)@@|\(#([\w.-]+)\)\s*$/.exec(text) ?? [];
  const file = named ?? issue;
  return file === undefined ? undefined : read(file);
}
