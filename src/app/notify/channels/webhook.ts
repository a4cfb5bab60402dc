import { createHmac, randomUUID } from "node:crypto";
import type { NotifyTopic } from "../../../contract/notify/notify.ts";
import type { ApprovalView } from "../../../contract/work/approval.ts";
import type { Message } from "../message.ts";
import { callService } from "./request.ts";
import type { Channel, ChannelParts } from "./types.ts";

/** The user's own URL. Each message is signed as Standard Webhooks says, so that kept libraries can verify it. */
export function webhookChannel(
  { ctx, settings }: ChannelParts,
  { url, secret }: { url: string; secret: string },
): Channel {
  const post = async (type: string, data: Record<string, unknown>): Promise<string> => {
    const id = `msg_${randomUUID()}`;
    const now = ctx.clock.now();
    const body = JSON.stringify({ type, timestamp: now.toISOString(), data });
    const seconds = Math.floor(now.getTime() / 1000);
    await callService({
      service: "The webhook",
      url: new URL(url),
      headers: {
        "webhook-id": id,
        "webhook-timestamp": String(seconds),
        "webhook-signature": signature(secret, `${id}.${seconds}.${body}`),
      },
      body,
      privateMachines: settings.privateMachines,
      signal: ctx.signal,
    });
    return id;
  };
  return {
    name: "webhook",
    send: async (message) => await post(`notify.${message.topic.kind}`, dataOf(message)),
    replace: async (ref, topic, outcome) =>
      void (await post("notify.over", { ...about(topic), replaces: ref, outcome })),
  };
}

/** `v1,` and the HMAC-SHA256 in base64. A secret `whsec_…` is a key in base64, any other text is the key itself. */
export function signature(secret: string, content: string): string {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret, "utf8");
  return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
}

/** A longer text is cut: it is for reading, not for deciding. */
const maxText = 10_000;

function requestData({ tool, text, digest }: ApprovalView): Record<string, unknown> {
  const isCut = text.length > maxText;
  return { tool, text: text.slice(0, maxText).toWellFormed(), ...(isCut ? { cut: true } : {}), digest };
}

function about({ kind, host, project, session, sessionId, approval, run }: NotifyTopic): Record<string, unknown> {
  return { kind, host, project, session, sessionId, ...(approval && { approval: approval.id }), ...(run && { run }) };
}

function dataOf({ topic, reminder, title, next, link, detail, request }: Message): Record<string, unknown> {
  return {
    ...about(topic),
    title,
    reminder,
    next,
    ...(link === undefined ? {} : { link }),
    ...(detail === undefined ? {} : { detail }),
    ...(request === undefined ? {} : { request: requestData(request) }),
  };
}
