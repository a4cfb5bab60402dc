import * as z from "zod/mini";
import { texts } from "./common.ts";

/** A cowork command in a hint, as data: the code that shows it knows which host it is for. */
export const ownCommand = z.object({
  /** `doctor` */
  command: z.string(),
  args: texts,
  /** the user's name for the machine that it is for; absent: the one that sent it */
  host: z.exactOptional(z.string()),
});

/** The next step: text, and commands as data, so that no text must be searched for them. */
export const hintPart = z.union([z.string(), ownCommand]);

export type OwnCommand = z.infer<typeof ownCommand>;
export type HintPart = z.infer<typeof hintPart>;
