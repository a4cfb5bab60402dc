import * as z from "zod/mini";

export const texts = z.array(z.string());

/** A field that has to be thought of and may be undefined, which JSON leaves out. `z.exactOptional` is for what may be left out here, too. */
export function maybe<T extends z.ZodMiniType>(schema: T): z.ZodMiniType<z.infer<T> | undefined> {
  return z.pipe(
    z.optional(schema),
    z.transform((value: z.infer<T> | undefined): z.infer<T> | undefined => value),
  );
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** An object out of `JSON.parse`, whatever it holds: all of it is JSON then. */
export const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** A moment: text on its way, a Date at its end. */
export const date = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)))),
  z.transform((text) => new Date(text)),
);

// What a session's record has, too: `list` reads every record, and loads nothing more than it needs.

export const configKind = z.enum(["image", "dockerfile", "compose", "template"]);

export const startPoint = z.object({
  /** branch that the clone has checked out */
  branch: z.string(),
  /** full commit id that the session starts from */
  commit: z.string(),
  /** the branch exists already (in the project or on its origin) and is checked out instead of made */
  existing: z.boolean(),
});

export type ConfigKind = z.infer<typeof configKind>;
export type StartPoint = z.infer<typeof startPoint>;
