import * as z from "zod/mini";
import { texts } from "./common.ts";

/** A command of cowork's own in a hint. Who shows it knows which host it is meant for. */
export const ownCommand = z.object({
  /** `doctor` */
  command: z.string(),
  args: texts,
  /** as the user calls the machine that it is meant for; absent: the one that said it */
  host: z.exactOptional(z.string()),
});

/** What to do next: words, and commands as data, so that no text has to be searched for them. */
export const hintPart = z.union([z.string(), ownCommand]);

export type OwnCommand = z.infer<typeof ownCommand>;
export type HintPart = z.infer<typeof hintPart>;
