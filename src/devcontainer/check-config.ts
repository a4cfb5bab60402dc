import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import type { JsonObject } from "./types.ts";

/**
 * Checks the types of the properties that cowork itself reads; all others are @devcontainers/cli's business.
 * @param path for the message
 * @throws DEVCONTAINER_INVALID naming the property
 */
export async function checkConfig(config: JsonObject, path: string): Promise<void> {
  const { z } = await import("zod");
  const text = z.string();
  const texts = z.array(text);
  const env = z.record(text, z.union([text, z.null()]));
  const command = z.union([text, texts]);
  const schema = z.looseObject({
    image: text.optional(),
    dockerFile: text.optional(),
    context: text.optional(),
    build: z
      .looseObject({
        dockerfile: text.optional(),
        context: text.optional(),
        target: text.optional(),
        args: z.record(text, text).optional(),
        cacheFrom: z.union([text, texts]).optional(),
        options: texts.optional(),
      })
      .optional(),
    dockerComposeFile: z.union([text, texts]).optional(),
    service: text.optional(),
    runServices: texts.optional(),
    workspaceFolder: text.optional(),
    workspaceMount: text.optional(),
    runArgs: texts.optional(),
    appPort: z.union([text, z.number(), z.array(z.union([text, z.number()]))]).optional(),
    mounts: z
      .array(z.union([text, z.looseObject({ type: text.optional(), source: text.optional(), target: text })]))
      .optional(),
    containerEnv: env.optional(),
    remoteEnv: env.optional(),
    containerUser: text.optional(),
    remoteUser: text.optional(),
    privileged: z.boolean().optional(),
    init: z.boolean().optional(),
    capAdd: texts.optional(),
    securityOpt: texts.optional(),
    features: z.record(text, z.unknown()).optional(),
    overrideFeatureInstallOrder: texts.optional(),
    initializeCommand: z.union([command, z.record(text, command)]).optional(),
    hostRequirements: z.looseObject({}).optional(),
  });
  const { success, error } = schema.safeParse(config);
  if (success) return;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join(".") ?? "";
  const wanted = expected[String(issue?.path[0])] ?? issue?.message ?? "it has the wrong type";
  throw new CoworkError("DEVCONTAINER_INVALID", `${plain(path)} cannot be used: ${plain(where)}: ${plain(wanted)}.`);
}

/** Where a union of types would be reported as "Invalid input". */
const expected: Readonly<Record<string, string>> = {
  appPort: "a port, a text like 8080:80, or a list of them, is expected",
  mounts: "a list of texts (type=…,source=…,target=…) or objects with a target is expected",
  dockerComposeFile: "a path or a list of paths is expected",
  initializeCommand: "a text, a list of texts, or an object of those is expected",
  containerEnv: "an object of texts is expected",
  remoteEnv: "an object of texts or null is expected",
};
