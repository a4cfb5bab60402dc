import * as z from "zod/mini";
import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import type { toJSONSchema } from "zod/v4/core";
import { texts } from "../contract/common.ts";
import type { Tool } from "./tool.ts";

type ToJson = typeof toJSONSchema;

/** What every result has besides its own fields. */
const around = {
  /** entries of the list that did not fit */
  leftOut: z.exactOptional(z.int()),
  notes: z.exactOptional(texts),
  /** which texts are not cowork's own */
  notice: z.string(),
};

/**
 * A schema of ours as the SDK takes it: it checks values, and describes itself as JSON Schema. A field that is transformed or has any form
 * is described as what it is in JSON.
 */
export function standard(schema: z.ZodMiniObject, toJson: ToJson): StandardSchemaWithJSON {
  const describe = (): Record<string, unknown> => ({ ...toJson(schema, { io: "input", unrepresentable: "any" }) });
  const { validate } = schema["~standard"];
  const jsonSchema = { input: describe, output: describe };
  return { "~standard": { version: 1, vendor: "cowork", validate, jsonSchema } };
}

export function outputOf({ output }: Pick<Tool, "output">): z.ZodMiniObject {
  return z.extend(output, around);
}
