import * as z from "zod/mini";

export const texts = z.array(z.string());

/** A required field whose value may be undefined, which JSON leaves out. `z.exactOptional` is for fields that may be omitted in code, too. */
export function maybe<T extends z.ZodMiniType>(schema: T): z.ZodMiniType<z.infer<T> | undefined> {
  return z.pipe(
    z.optional(schema),
    z.transform((value: z.infer<T> | undefined): z.infer<T> | undefined => value),
  );
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** An object from `JSON.parse`: its content is JSON, whatever it is. */
export const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** Undefined for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A point in time: text in JSON, a Date in code. */
export const date = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)))),
  z.transform((text) => new Date(text)),
);

// Also part of a session's record: `list` reads every record and must load as little as possible.

export const configKind = z.enum(["image", "dockerfile", "compose", "template"]);

export const startPoint = z.object({
  /** branch that the clone has checked out */
  branch: z.string(),
  /** full commit id that the session starts from */
  commit: z.string(),
  /** the branch exists already (in the project or on its origin) and is checked out instead of created */
  existing: z.boolean(),
});

export type ConfigKind = z.infer<typeof configKind>;
export type StartPoint = z.infer<typeof startPoint>;
