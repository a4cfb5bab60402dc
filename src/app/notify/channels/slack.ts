import { messageLines, type Message } from "../message.ts";
import { callService } from "./request.ts";
import type { Channel, ChannelParts } from "./types.ts";

/** An incoming webhook of Slack, which cannot change what it posted. */
export function slackChannel({ ctx, settings }: ChannelParts, { url }: { url: string }): Channel {
  return {
    name: "slack",
    send: async (message) => {
      await callService({
        service: "Slack",
        url: new URL(url),
        body: JSON.stringify(slackBody(message)),
        privateMachines: settings.privateMachines,
        signal: ctx.signal,
      });
      return undefined;
    },
  };
}

/** `plain_text` has no markup: no mention, no link with another text. */
function slackBody(message: Message): Record<string, unknown> {
  const text = [message.title, ...messageLines(message)].join("\n").slice(0, 2_900).toWellFormed();
  const fallback = message.title.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return {
    text: fallback,
    blocks: [{ type: "section", text: { type: "plain_text", text, emoji: false } }],
    unfurl_links: false,
    unfurl_media: false,
  };
}
