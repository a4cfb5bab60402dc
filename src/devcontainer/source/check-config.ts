import * as z from "zod/mini";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { JsonObject } from "../types.ts";

/**
 * Checks the types of the properties that cowork itself reads; all others are @devcontainers/cli's business.
 * @param path for the message
 * @throws DEVCONTAINER_INVALID naming the property
 */
export function checkConfig(config: JsonObject, path: string): void {
  const text = z.string();
  const texts = z.array(text);
  // A number says the same as its text.
  const scalar = z.union([text, z.number(), z.boolean(), z.null()]);
  const env = z.record(text, scalar);
  const command = z.union([text, texts]);
  const schema = z.looseObject({
    image: z.optional(text),
    dockerFile: z.optional(text),
    context: z.optional(text),
    build: z.optional(
      z.looseObject({
        dockerfile: z.optional(text),
        context: z.optional(text),
        target: z.optional(text),
        args: z.optional(env),
        cacheFrom: z.optional(z.union([text, texts])),
        options: z.optional(texts),
      }),
    ),
    dockerComposeFile: z.optional(z.union([text, texts])),
    service: z.optional(text),
    runServices: z.optional(texts),
    workspaceFolder: z.optional(text),
    workspaceMount: z.optional(text),
    runArgs: z.optional(texts),
    appPort: z.optional(z.union([text, z.number(), z.array(z.union([text, z.number()]))])),
    mounts: z.optional(
      z.array(z.union([text, z.looseObject({ type: z.optional(text), source: z.optional(text), target: text })])),
    ),
    containerEnv: z.optional(env),
    remoteEnv: z.optional(env),
    containerUser: z.optional(text),
    remoteUser: z.optional(text),
    privileged: z.optional(z.boolean()),
    init: z.optional(z.boolean()),
    capAdd: z.optional(texts),
    securityOpt: z.optional(texts),
    features: z.optional(z.record(text, z.unknown())),
    overrideFeatureInstallOrder: z.optional(texts),
    initializeCommand: z.optional(z.union([command, z.record(text, command)])),
    hostRequirements: z.optional(z.looseObject({})),
  });
  const { success, error } = schema.safeParse(config);
  if (success) return;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join(".") ?? "";
  const [first, second] = (issue?.path ?? []).map(String);
  const wanted = expected[`${first}.${second}`] ?? expected[`${first}`] ?? describe(issue) ?? "it has the wrong type";
  throw new CoworkError("DEVCONTAINER_INVALID", `${plain(path)} cannot be used: ${plain(where)}: ${plain(wanted)}.`);
}

/** The small zod has no words of its own. */
function describe(issue: z.core.$ZodIssue | undefined): string | undefined {
  if (issue?.code !== "invalid_type") return issue?.message;
  const type = { record: "object", array: "list", string: "text" }[issue.expected as string] ?? issue.expected;
  return `${type === "array" || type === "object" ? "an" : "a"} ${type} is expected`;
}

/** Where a union of types would be reported as "Invalid input". */
const expected: Readonly<Record<string, string>> = {
  appPort: "a port, a text like 8080:80, or a list of them, is expected",
  mounts: "a list of texts (type=…,source=…,target=…) or objects with a target is expected",
  dockerComposeFile: "a path or a list of paths is expected",
  initializeCommand: "a text, a list of texts, or an object of those is expected",
  "build.args": "an object of texts is expected",
  containerEnv: "an object of texts is expected",
  remoteEnv: "an object of texts or null is expected",
};
