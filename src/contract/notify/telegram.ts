import * as z from "zod/mini";

// Of the Telegram Bot API, what cowork uses. Everything that a chat can say is untrusted until chat and sender were checked.

const person = z.object({
  id: z.int(),
  is_bot: z.boolean(),
  first_name: z.optional(z.string()),
  username: z.optional(z.string()),
});
const chat = z.object({ id: z.int() });

export const telegramUpdate = z.object({
  update_id: z.int(),
  message: z.optional(
    z.object({
      message_id: z.int(),
      /** seconds since 1970 */
      date: z.int(),
      chat,
      from: z.optional(person),
      text: z.optional(z.string()),
    }),
  ),
  callback_query: z.optional(
    z.object({
      id: z.string(),
      from: person,
      message: z.optional(z.object({ message_id: z.int(), chat })),
      data: z.optional(z.string()),
    }),
  ),
});

export const telegramAnswer = z.object({
  ok: z.boolean(),
  result: z.optional(z.unknown()),
  parameters: z.optional(z.object({ retry_after: z.optional(z.int()) })),
});

export const sentToTelegram = z.object({ message_id: z.int() });

export type TelegramUpdate = z.infer<typeof telegramUpdate>;
