import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sendJson } from "../answers.ts";
import type { createControl } from "../control.ts";
import { plainAnswer, scriptsIn, stepsIn, type Step } from "../script.ts";

/** A request for an answer of the model, as far as the fake reads it. */
interface Request {
  model?: string;
  messages?: readonly Message[];
}

interface Message {
  role: string;
  content?: string | readonly { text?: string }[];
}

let answers = 0;

/** The model of Copilot: answers with the step of the script in the prompt, as the fake of Claude's vendor does. */
export function createChat(
  folder: string,
  control: ReturnType<typeof createControl>,
  journal: (entry: object) => void,
): { answer(request: Request, response: ServerResponse, entry: object): Promise<void> } {
  const scriptFile = scriptsIn(folder);
  return {
    async answer(request, response, entry) {
      const { messages: ofAll = {} } = control.read().copilot ?? {};
      const { step, prompt } = findChatStep(request.messages ?? [], scriptFile);
      const { text, tools = [], status, body, hang = false, delay = 0, headers, usage } = { ...ofAll, ...step };
      const { model } = request;
      journal({ ...entry, what: "message", ok: status === undefined, model, status, hangs: hang, prompt });
      if (hang) return;
      if (delay > 0) await sleep(delay);
      if (status !== undefined) {
        const error = { message: `made-up ${String(status)}`, code: "made_up" };
        return sendJson(response, status, body ?? { error }, headers);
      }
      const id = `made_up_${String((answers += 1))}`;
      const calls = tools.map(({ name, input }, index) => ({
        index,
        id: `call_${id}_${String(index)}`,
        type: "function",
        function: { name, arguments: JSON.stringify(input) },
      }));
      const said = text ?? (tools.length === 0 ? plainAnswer : "");
      const delta = { role: "assistant", content: said, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
      const end = { index: 0, delta: {}, finish_reason: calls.length === 0 ? "stop" : "tool_calls" };
      const [input, output] = [usage?.input_tokens ?? 10, usage?.output_tokens ?? 5];
      const tokens = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
      response.writeHead(200, { "content-type": "text/event-stream" });
      const send = (data: object): void =>
        void response.write(
          `data: ${JSON.stringify({ id, object: "chat.completion.chunk", created: 1, model, ...data })}\n\n`,
        );
      send({ choices: [{ index: 0, delta, finish_reason: null }] });
      send({ choices: [end], usage: tokens });
      response.end("data: [DONE]\n\n");
    },
  };
}

/** The step that answers: its number is that of the model's answers since the last text of a user with a script. */
function findChatStep(
  messages: readonly Message[],
  read: (name: string) => readonly Step[],
): { step: Step; prompt: string } {
  const users = messages.flatMap((message, at) => (message.role === "user" ? [{ text: textOf(message), at }] : []));
  const found = users.findLast(({ text }) => stepsIn(text, read) !== undefined);
  const prompt = (users.at(-1)?.text ?? "").slice(0, 200);
  if (found === undefined) return { step: {}, prompt };
  const turns = messages.slice(found.at).filter(({ role }) => role === "assistant").length;
  return { step: stepsIn(found.text, read)?.[turns] ?? {}, prompt };
}

function textOf({ content = "" }: Message): string {
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("\n");
}
