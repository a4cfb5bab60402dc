import * as z from "zod/mini";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { JsonObject } from "../types.ts";

/**
 * Checks the types of the properties that cowork reads. All others are left to @devcontainers/cli.
 * @param path for messages
 * @throws DEVCONTAINER_INVALID naming the property
 */
export function checkConfig(config: JsonObject, path: string): void {
  const text = z.string();
  const texts = z.array(text);
  // A number means the same as its text.
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

/** zod/mini has no messages of its own. */
function describe(issue: z.core.$ZodIssue | undefined): string | undefined {
  if (issue?.code !== "invalid_type") return issue?.message;
  const type = { record: "object" }[issue.expected as string] ?? issue.expected;
  return `expected ${type === "array" || type === "object" ? "an" : "a"} ${type}`;
}

/** For unions, zod would only report "Invalid input". */
const expected: Readonly<Record<string, string>> = {
  appPort: "expected a port, a string like 8080:80, or an array of these",
  mounts: "expected an array of strings (type=…,source=…,target=…) or of objects with a target",
  dockerComposeFile: "expected a path or an array of paths",
  initializeCommand: "expected a string, an array of strings, or an object of these",
  "build.args": "expected an object of strings",
  containerEnv: "expected an object of strings",
  remoteEnv: "expected an object of strings or null",
};
