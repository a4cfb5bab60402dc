import * as z from "zod/mini";
import { hintPart } from "./hint.ts";

/** One line of `doctor`. */
export const check = z.object({
  title: z.string(),
  status: z.enum(["ok", "warning", "problem", "fixed"]),
  detail: z.string(),
  /** what to do, a command where there is one */
  fix: z.exactOptional(z.string()),
  /** the same in parts, where it names commands of cowork's own as data */
  next: z.exactOptional(z.array(hintPart).check(z.maxLength(100))),
});

export type Check = z.infer<typeof check>;
