import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sendJson } from "../answers.ts";
import type { createControl } from "../control.ts";
import { plainAnswer, scriptsIn, stepsIn, type Step } from "../script.ts";

/** A request for an answer of the model, as far as the fake reads it. */
interface Request {
  model?: string;
  input?: readonly Item[];
}

interface Item {
  type?: string;
  role?: string;
  content?: readonly { type: string; text?: string }[];
}

let answers = 0;

/** The model of Codex: answers with the step of the script in the prompt, as the fake of Claude's vendor does. */
export function createResponses(
  folder: string,
  control: ReturnType<typeof createControl>,
  journal: (entry: object) => void,
): { answer(request: Request, response: ServerResponse, entry: object): Promise<void> } {
  const scriptFile = scriptsIn(folder);
  return {
    async answer(request, response, entry) {
      const { messages: ofAll = {} } = control.read().codex ?? {};
      const { step, prompt } = findCodexStep(request.input ?? [], scriptFile);
      const { text, tools = [], status, body, hang = false, delay = 0, usage } = { ...ofAll, ...step };
      const { model } = request;
      const knows = JSON.stringify(request.input).includes("MADE-UP RULE");
      journal({ ...entry, what: "message", knows, ok: status === undefined, model, status, hangs: hang, prompt });
      if (hang) return;
      if (delay > 0) await sleep(delay);
      if (status !== undefined)
        return sendJson(response, status, body ?? { error: { message: `made-up ${String(status)}`, code: "made_up" } });
      const id = `resp_made_up_${String((answers += 1))}`;
      const send = (type: string, data: object): void =>
        void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
      response.writeHead(200, { "content-type": "text/event-stream" });
      send("response.created", { response: { id } });
      const said = text ?? (tools.length === 0 ? plainAnswer : undefined);
      if (said !== undefined) {
        const content = [{ type: "output_text", text: said, annotations: [] }];
        send("response.output_item.done", {
          output_index: 0,
          item: { type: "message", role: "assistant", id: `msg_${id}`, content },
        });
      }
      tools.forEach(({ name, input }, index) => {
        const call_id = `call_${id}_${String(index)}`;
        // The program offers one tool to this model: a script that calls the others.
        const script = `text(await tools.${name}(${JSON.stringify(input)}))`;
        const item = {
          type: "custom_tool_call",
          id: `ctc_${call_id}`,
          call_id,
          name: "exec",
          namespace: "functions",
          input: script,
        };
        send("response.output_item.done", { output_index: index + 1, item });
      });
      const [input, output] = [usage?.input_tokens ?? 10, usage?.output_tokens ?? 5];
      const tokens = {
        input_tokens: input,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: input + output,
      };
      send("response.completed", { response: { id, usage: tokens } });
      response.end();
    },
  };
}

/** The step that answers: its number is that of the model's turns since the last text of a user with a script. */
function findCodexStep(
  input: readonly Item[],
  read: (name: string) => readonly Step[],
): { step: Step; prompt: string } {
  const texts = (item: Item): string[] => (item.content ?? []).map(({ text = "" }) => text);
  const users = input.flatMap((item, at) =>
    item.type === "message" && item.role === "user" ? texts(item).map((text) => ({ text, at })) : [],
  );
  const prompt = users.findLast(({ text }) => !text.startsWith("<"))?.text ?? "";
  const found = users.findLast(({ text }) => stepsIn(text, read) !== undefined);
  if (found === undefined) return { step: {}, prompt };
  const turns = countTurns(input.slice(found.at));
  return { step: stepsIn(found.text, read)?.[turns] ?? {}, prompt: prompt.slice(0, 200) };
}

/** One turn of the model may have a text and calls. */
function countTurns(input: readonly Item[]): number {
  const isModel = ({ type, role }: Item): boolean =>
    role === "assistant" || type === "function_call" || type === "custom_tool_call";
  return input.filter((item, at) => isModel(item) && !(at > 0 && isModel(input[at - 1]!))).length;
}
