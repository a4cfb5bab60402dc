import type { NotifySettings } from "../../../config/notify.ts";
import type { ChannelName } from "../../../config/notify-values.ts";
import type { NotifyTopic } from "../../../contract/notify/notify.ts";
import type { Context } from "../../../system/context.ts";
import type { Message } from "../message.ts";

export type ChannelContext = Pick<Context, "env" | "run" | "clock" | "signal" | "log">;

/** One way to a person. Texts of agents reach it as they may be shown; it must not put them where they could be commands. */
export interface Channel {
  name: ChannelName;
  /**
   * Delivers a message.
   * @returns what `replace` needs to know about it, if anything
   * @throws NOTIFY_FAILED, PROGRAM_MISSING, TIMEOUT, INTERRUPTED; never with a secret in the text
   */
  send(message: Message): Promise<string | undefined>;
  /** Replaces a message that was delivered, without a sound: it is over. Absent: the channel cannot, and stays as it is. */
  replace?(ref: string, topic: NotifyTopic, outcome: string): Promise<void>;
}

export interface ChannelParts {
  ctx: ChannelContext;
  settings: NotifySettings;
  /** writes to the terminal that this process runs in; absent: it has none */
  terminal: ((sequence: string) => void) | undefined;
}
