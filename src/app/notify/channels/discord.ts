import * as z from "zod/mini";
import { parseJson } from "../../../contract/common.ts";
import { plain } from "../../../system/text.ts";
import { messageLines } from "../message.ts";
import { callService } from "./request.ts";
import type { Channel, ChannelParts } from "./types.ts";

const posted = z.object({ id: z.string().check(z.regex(/^\d{1,30}$/)) });

/** A webhook of a Discord channel. It mentions nobody, whatever the text is. */
export function discordChannel({ ctx, settings }: ChannelParts, { url }: { url: string }): Channel {
  const call = async (method: "POST" | "PATCH", to: URL, lines: readonly string[]): Promise<string> => {
    const content = lines.map(escapeMarkdown).join("\n").slice(0, 1_900).toWellFormed();
    const answer = await callService({
      service: "Discord",
      method,
      url: to,
      // 4: no previews of links.
      body: JSON.stringify({ content, flags: 4, allowed_mentions: { parse: [] } }),
      privateMachines: settings.privateMachines,
      signal: ctx.signal,
    });
    return answer.text;
  };
  return {
    name: "discord",
    send: async (message) => {
      const to = new URL(url);
      // Otherwise it does not tell the message's id.
      to.searchParams.set("wait", "true");
      const text = await call("POST", to, [message.title, ...messageLines(message)]);
      return posted.safeParse(parseJson(text)).data?.id;
    },
    replace: async (ref, { session }, outcome) => {
      const to = new URL(url);
      to.pathname = `${to.pathname.replace(/\/$/, "")}/messages/${ref}`;
      await call("PATCH", to, [plain(session), outcome]);
    },
  };
}

/** Links stay links: only what changes how text looks. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_~|[\]()<>#@]/g, (mark) => (/^https:\/\/\S+$/.test(text) ? mark : `\\${mark}`));
}
