import { parseConf } from "../../config/conf-text.ts";
import { readNotifySettings } from "../../config/notify.ts";
import { CoworkError } from "../../errors.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { sendTestMessage } from "../notify/test-message.ts";
import { findBlock, withBlock, withoutBlock } from "./setup-block.ts";
import { editUserFile, readUserFile, type SetupContext } from "./setup-file.ts";
import { askForChannel } from "./setup-notify-channel.ts";
import type { SetupItem, SetupKind } from "./setup-types.ts";

const name = "notifications";

/** A channel for messages, in a block of the user's `.cowork.conf` that only the user can read. */
export const notifications: SetupKind = { name, read: async (ctx) => [await readItem(ctx)], setUp, undo };

async function readItem(ctx: SetupContext): Promise<SetupItem> {
  const file = ctx.paths.userConf;
  const text = (await readUserFile(file)) ?? "";
  if (findBlock(text, name) !== undefined) return { name, file, state: "set-up" };
  const own = parseConf(text)["NOTIFY"]?.trim() ?? "";
  return { name, file, state: own === "" ? "not-set-up" : "by-hand" };
}

/** Asks for a channel and what it needs, and sends a message. Without anyone to ask nothing changes. */
async function setUp(ctx: SetupContext, item: SetupItem): Promise<SetupItem> {
  const lines = await askForChannel(ctx);
  if (lines === undefined) return item;
  await edit(ctx, item.file, (text) => {
    const after = withBlock(text, name, lines.join("\n"));
    if ((parseConf(after)["NOTIFY"] ?? "") !== "") return after;
    throw new CoworkError("CONFIG_FILE_CORRUPT", `${plain(item.file)} has a section, and keys after it do not count.`, {
      hint: "remove the line in square brackets, then run the same command again",
    });
  });
  return { ...item, state: "set-up", note: await testNote(ctx) };
}

async function undo(ctx: SetupContext, item: SetupItem): Promise<SetupItem> {
  await edit(ctx, item.file, (text) => (text === undefined ? undefined : withoutBlock(text, name)));
  return await readItem(ctx);
}

/** `config set` changes the same file. */
async function edit(
  ctx: SetupContext,
  file: string,
  change: (text: string | undefined) => string | undefined,
): Promise<void> {
  await withLock(
    ctx,
    `conf:${file}`,
    { what: file },
    async () => await editUserFile(ctx, file, change, { private: true }),
  );
}

async function testNote(ctx: SetupContext): Promise<string> {
  const sent = await sendTestMessage(ctx, await readNotifySettings(ctx), undefined);
  const problems = sent.flatMap(({ error }) => (error === undefined ? [] : [error.message]));
  if (problems.length === 0) return "A test message was sent.";
  return `${problems.join(" ")} Correct it with cowork config set, then run cowork doctor --notify.`;
}
