import * as z from "zod/mini";

// Inputs that several tools take.

const maxName = 200;
const maxText = 100_000;

export const session = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(maxName),
    z.describe("A session: its name in this project, or project/name, or its id; each optionally with @host"),
  );

export const all = z.exactOptional(
  z.boolean().check(z.describe("Of all projects, instead of the one of the current folder")),
);

export const prompt = z.string().check(z.minLength(1), z.maxLength(maxText));

/** How many entries of a list are given at most. */
export function limit(most: number, usual: number): z.ZodMiniExactOptional<z.ZodMiniNumberFormat> {
  const text = `Entries to give at most (default ${usual})`;
  return z.exactOptional(z.int().check(z.minimum(1), z.maximum(most), z.describe(text)));
}
