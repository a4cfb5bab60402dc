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

/** Values of text fields that must have a certain format, by field name. All other text fields get a time. */
const known: Record<string, unknown> = {
  code: "INTERNAL",
  commit: "a".repeat(40),
  head: "b".repeat(40),
  name: "a",
  names: "a",
};

const makers: Record<string, (def: Def, field: string) => unknown[]> = {
  string: (_, field) => [known[field] ?? "2026-01-02T03:04:05.000Z"],
  number: () => [3],
  boolean: () => [true],
  null: () => [null],
  unknown: () => [["anything"]],
  custom: () => [{ any: ["JSON", 1, null, { deep: true }] }],
  enum: ({ entries = {} }) => [Object.values(entries)[0]],
  literal: ({ values = [] }) => [values[0]],
  optional: ({ innerType }, field) => samplesOf(innerType!, field),
  nullable: ({ innerType }, field) => samplesOf(innerType!, field),
  pipe: (def, field) => samplesOf(def.in!, field),
  array: ({ element }, field) => [samplesOf(element!, field)],
  tuple: ({ items = [] }, field) => combined(items.map((item) => samplesOf(item, field))),
  union: ({ options = [] }, field) => options.flatMap((option) => samplesOf(option, field)),
  record: ({ valueType }) => samplesOf(valueType!).map((value) => ({ some: value })),
  object: ({ shape = {} }) => {
    const fields = Object.entries(shape);
    const values = combined(fields.map(([name, inner]) => samplesOf(inner, name)));
    return values.map((row) => Object.fromEntries(fields.map(([name], index) => [name, row[index]])));
  },
};

/** JSON values that match the schema with every field set, so that a field added to a schema is covered. One per choice of a union. */
export function samplesOf(schema: ZodMiniType, field = ""): unknown[] {
  const def = schema.def as unknown as Def;
  const make = makers[def.type];
  if (make === undefined) throw new Error(`no sample is known of ${def.type}`);
  return make(def, field);
}

/** Returns as many rows as the longest list of choices has. */
function combined(choices: unknown[][]): unknown[][] {
  const rows = Math.max(1, ...choices.map((one) => one.length));
  return Array.from({ length: rows }, (_, row) => choices.map((one) => one[row % one.length]));
}

/** The first sample, parsed. */
export function sampleOf<T>(schema: ZodMiniType<T>): T {
  return schema.parse(samplesOf(schema)[0]);
}
