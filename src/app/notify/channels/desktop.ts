import { CoworkError } from "../../../errors.ts";
import { findProgram } from "../../../system/process/find-program.ts";
import { plain } from "../../../system/text.ts";
import { messageLines, type Message } from "../message.ts";
import { terminalSequence } from "./terminal.ts";
import type { Channel, ChannelParts } from "./types.ts";

/** A desktop that hangs does not keep other messages waiting. */
const timeoutMs = 5_000;

/** The desktop's own notifications: notify-send, osascript, or the terminal that this process runs in. */
export function desktopChannel({ ctx, terminal }: Omit<ChannelParts, "settings">): Channel {
  const run = async (file: string, args: string[], input?: string): Promise<string> => {
    const result = await ctx.run(file, args, {
      signal: ctx.signal,
      timeoutMs,
      maxOutput: 64 * 1024,
      ...(input === undefined ? {} : { input }),
    });
    if (result.code === 0) return result.stdout;
    const why = plain(result.stderr.slice(0, 1_000)).slice(0, 200);
    throw new CoworkError(
      "NOTIFY_FAILED",
      `The desktop did not take the message: ${why || `exit code ${result.code}`}.`,
    );
  };
  const sender = findSender(ctx);
  if (sender === "notify-send") {
    const show = async (title: string, body: string, more: string[]): Promise<string | undefined> => {
      const args = ["--app-name=cowork", ...more, "--", title, escapeMarkup(body)];
      return /^\d{1,10}$/.exec((await run(sender, args)).trim())?.[0];
    };
    return {
      name: "desktop",
      // The arguments of a program can be read by everyone on the machine: no details.
      send: async (message) => await show(message.title, bodyOf(message), ["--urgency=normal", "--print-id"]),
      replace: async (ref, topic, outcome) =>
        void (await show(plain(topic.session), outcome, ["--urgency=low", `--replace-id=${ref}`])),
    };
  }
  if (sender === "osascript") {
    const send = async (message: Message): Promise<undefined> => {
      const [title, ...lines] = [message.title, ...messageLines(message)];
      await run(sender, ["-"], `display notification ${appleText(lines.join(" · "))} with title ${appleText(title)}\n`);
    };
    return { name: "desktop", send };
  }
  return {
    name: "desktop",
    send: async (message) => {
      if (terminal === undefined)
        throw new CoworkError(
          "PROGRAM_MISSING",
          "This machine has neither notify-send nor osascript, and no terminal is at hand.",
          {
            hint: "install notify-send (libnotify-bin), or choose another channel: cowork setup",
          },
        );
      terminal(terminalSequence(ctx.env, message.title, bodyOf(message)));
      return undefined;
    },
  };
}

/** The program that shows desktop notifications here. */
export function findSender({ env }: Pick<ChannelParts["ctx"], "env">): "notify-send" | "osascript" | undefined {
  return (["notify-send", "osascript"] as const).find((name) => findProgram(env, name) !== undefined);
}

function bodyOf(message: Message): string {
  return messageLines({ topic: message.topic, place: message.place, next: message.next, reminder: 0, title: "" }).join(
    " · ",
  );
}

/** Desktops read the body as markup, with links and images. */
function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A text of AppleScript. It goes through stdin, where others cannot read it. */
function appleText(text: string): string {
  return `"${plain(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
