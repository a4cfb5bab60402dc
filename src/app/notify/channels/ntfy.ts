import { randomBytes } from "node:crypto";
import { plain } from "../../../system/text.ts";
import type { NotifySettings } from "../../../config/notify.ts";
import { messageLines } from "../message.ts";
import { callService } from "./request.ts";
import type { Channel, ChannelParts } from "./types.ts";

/** A topic of an ntfy server. With a sequence id a newer server replaces the message; an older one adds a quiet one. */
export function ntfyChannel(
  { ctx, settings }: ChannelParts,
  { server, topic, token }: NonNullable<NotifySettings["ntfy"]>,
): Channel {
  const publish = async (message: Record<string, unknown>): Promise<void> => {
    await callService({
      service: "ntfy",
      url: server,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      body: JSON.stringify({ topic, ...message }),
      privateMachines: settings.privateMachines,
      signal: ctx.signal,
    });
  };
  return {
    name: "ntfy",
    send: async (message) => {
      const sequence = randomBytes(8).toString("hex");
      const { title, link } = message;
      const click = link === undefined ? {} : { click: link };
      await publish({ title, message: messageLines(message).join("\n"), sequence_id: sequence, ...click });
      return sequence;
    },
    replace: async (ref, { session }, outcome) =>
      await publish({ title: plain(session), message: outcome, sequence_id: ref, priority: 1 }),
  };
}
