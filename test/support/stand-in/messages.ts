import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sendFailure, sendMessage } from "./answers.ts";
import type { createControl } from "./control.ts";
import { findStep, lastPrompt, plainAnswer, scriptsIn, type Conversation, type Step } from "./script.ts";

type Request = Conversation & { model?: string };

/** The messages endpoint: answers with the step of the request's script, in the way that the control file and the step ask for. */
export function createMessages(
  folder: string,
  control: ReturnType<typeof createControl>,
  journal: (entry: object) => void,
): { answer(request: Request, response: ServerResponse, entry: object): Promise<void> } {
  const scriptFile = scriptsIn(folder);

  /** The step and what the control file adds to it, without what has been used up. */
  const withControl = (request: Request, step: Step): Step => {
    const { messages = {}, written } = control.read();
    const ofAll = control.use(messages, `control ${String(written)}`) ? messages : {};
    // repetitions of a request have the same key
    const key = JSON.stringify([request.metadata, request.messages?.length, lastPrompt(request)]);
    return { ...ofAll, ...(control.use(step, key) ? step : withoutAnswering(step)) };
  };

  return {
    async answer(request, response, entry) {
      const isTitle = (request.tools ?? []).length === 0;
      const step = findStep(request, scriptFile) ?? { text: plainAnswer };
      // a title is never refused, so that it does not use up a limited answer
      const { status, hang = false, delay = 0, ...rest } = isTitle ? step : withControl(request, step);
      const { model = "" } = request;
      const prompt = lastPrompt(request).slice(0, 200);
      const ok = status === undefined && !hang;
      journal({ ...entry, what: "message", ok, isTitle, model, status, hangs: hang, prompt });
      if (hang) return;
      if (delay > 0) await sleep(delay);
      if (status !== undefined) return sendFailure(response, status, rest);
      await sendMessage(response, model, step.tools === undefined ? { text: plainAnswer, ...rest } : rest);
    },
  };
}

function withoutAnswering({ text, tools }: Step): Step {
  return { ...(text === undefined ? {} : { text }), ...(tools === undefined ? {} : { tools }) };
}
