import * as z from "zod/mini";
import { jsonObject, texts } from "../common.ts";

const person = { by: z.string(), through: z.string(), at: z.string() };

/** `approvals/{id}.json`: a request as it was first seen, and what became of it. The request in it never changes. */
export const storedApproval = z.object({
  version: z.literal(1),
  id: z.string(),
  /** random id that the hook gave it: name of the request's and of the answer's file */
  uuid: z.string(),
  /** SHA-256 of the bytes that were read, hex */
  digest: z.string(),
  askedAt: z.string(),
  seenAt: z.string(),
  /** what the hook received */
  request: jsonObject,
  run: z.exactOptional(z.string()),
  /** the container's file when it was read */
  file: z.object({ inode: z.number(), size: z.number(), modified: z.number() }),
  /** that file was changed later, which has no effect and is reported once */
  rewritten: z.boolean(),
  state: z.enum(["open", "answered", "retired"]),
  shown: z.exactOptional(z.object(person)),
  /** written before the answer is given: with `state: "open"` it counts only if the answer's file exists */
  answer: z.exactOptional(
    z.object({
      ...person,
      decision: z.enum(["allow", "deny"]),
      rules: texts,
      message: z.exactOptional(z.string()),
    }),
  ),
  retired: z.exactOptional(z.object({ at: z.string(), reason: z.string() })),
});

export type StoredApproval = z.infer<typeof storedApproval>;
