import type { ZodMiniType } from "zod/mini";

interface Def {
  type: string;
  innerType?: ZodMiniType;
  element?: ZodMiniType;
  shape?: Record<string, ZodMiniType>;
  items?: ZodMiniType[];
  options?: ZodMiniType[];
  entries?: Record<string, unknown>;
  values?: unknown[];
  valueType?: ZodMiniType;
  in?: ZodMiniType;
}

/** Texts that have to mean something, by the name of the field. Every other text is a time, which is a text as good as any. */
const known: Record<string, unknown> = {
  code: "INTERNAL",
  commit: "a".repeat(40),
  head: "b".repeat(40),
  name: "a",
  names: "a",
};

/** JSON that fits the schema with every field set, so that a field that is added to a schema is in it. One for each choice there is. */
export function samplesOf(schema: ZodMiniType, field = ""): unknown[] {
  const def = schema._zod.def as unknown as Def;
  switch (def.type) {
    case "string":
      return [known[field] ?? "2026-01-02T03:04:05.000Z"];
    case "number":
      return [3];
    case "boolean":
      return [true];
    case "enum":
      return [Object.values(def.entries ?? {})[0]];
    case "literal":
      return [def.values?.[0]];
    case "optional":
    case "nullable":
      return samplesOf(def.innerType!, field);
    case "pipe":
      return samplesOf(def.in!, field);
    case "array":
      return [samplesOf(def.element!, field)];
    case "tuple":
      return combined((def.items ?? []).map((item) => samplesOf(item, field)));
    case "object": {
      const fields = Object.entries(def.shape ?? {});
      const values = combined(fields.map(([name, inner]) => samplesOf(inner, name)));
      return values.map((row) => Object.fromEntries(fields.map(([name], index) => [name, row[index]])));
    }
    case "union":
      return (def.options ?? []).flatMap((option) => samplesOf(option, field));
    case "record":
      return samplesOf(def.valueType!).map((value) => ({ some: value }));
    case "custom":
      return [{ any: ["JSON", 1, null, { deep: true }] }];
    case "unknown":
      return [["anything"]];
    default:
      throw new Error(`no sample is known of ${def.type}`);
  }
}

/** As many rows as the field with the most choices has. */
function combined(choices: unknown[][]): unknown[][] {
  const rows = Math.max(1, ...choices.map((one) => one.length));
  return Array.from({ length: rows }, (_, row) => choices.map((one) => one[row % one.length]));
}

/** The first of them, as it is read. */
export function sampleOf<T>(schema: ZodMiniType<T>): T {
  return schema.parse(samplesOf(schema)[0]);
}
