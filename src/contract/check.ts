import * as z from "zod/mini";
import { hintPart } from "./hint.ts";

/** One line of `doctor`. */
export const check = z.object({
  title: z.string(),
  status: z.enum(["ok", "warning", "problem", "fixed"]),
  detail: z.string(),
  /** the next step, a command where possible */
  fix: z.exactOptional(z.string()),
  /** the same in parts, if it contains cowork commands as data */
  next: z.exactOptional(z.array(hintPart).check(z.maxLength(100))),
});

export type Check = z.infer<typeof check>;
