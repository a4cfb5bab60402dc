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
