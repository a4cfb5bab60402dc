import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { judgeCompose } from "../judge/judge-compose.ts";
import { judgeTarget } from "../judge/judge-target.ts";
import { isObject } from "../json.ts";
import { strings, textOf } from "../judge/judge-config.ts";
import type { Verdict } from "../judge/verdict.ts";
import type { ComposePlan, ConfigSource, JsonObject } from "../types.ts";
import { findComposeFiles } from "./compose-files.ts";
import { readBuilds } from "./read-builds.ts";
import { readComposeInputs } from "./read-inputs.ts";
import { findCompose, resolveCompose } from "./resolve.ts";
import { rewriteCompose } from "./rewrite-compose.ts";
import { mountsOf } from "./service-mounts.ts";
import { orderStarts } from "./start-order.ts";

export interface ComposeRequest {
  config: JsonObject;
  path: string;
  verdict: Verdict;
  /** what is changed, one line each: added to */
  changes: string[];
}

/**
 * Resolves a project's Compose files once, judges what came out, and takes away what sessions would fight over.
 * @throws DEVCONTAINER_INVALID, COMPOSE_MISSING
 */
export async function planCompose(ctx: Context, source: ConfigSource, request: ComposeRequest): Promise<ComposePlan> {
  const { config, path, verdict, changes } = request;
  const main = await findComposeFiles(source, config, path);
  const inputs = await readComposeInputs(source, main, { env: ctx.env, verdict });
  for (const name of Object.keys(inputs.hostVariables)) {
    verdict.add("Compose files", `\${${name}}`, "a variable of this host's environment goes into the configuration");
  }
  const program = await findCompose(ctx);
  const resolved = await resolveCompose(ctx, source, { program, main, inputs });
  const mainBinds = verdict.cloneBinds.map((one) => (one === ".." ? "" : one));
  judgeCompose(verdict, resolved);
  const service = textOf(config["service"] ?? "");
  for (const { key, text, target } of mountsOf(resolved, service)) {
    judgeTarget(verdict, `service ${service}: ${key}`, text, target);
  }
  const { canonical: rewritten, changes: others } = rewriteCompose(resolved, inputs.profiles);
  const runServices = strings(config["runServices"]);
  const order = orderStarts(rewritten, { main: service, runServices, mainBinds });
  const { canonical } = order;
  changes.push(...others, ...order.changes.map(plain));
  for (const { service: name, path: mounted, writer } of order.conflicts) {
    verdict.add(`service ${name}: volumes`, mounted, besideWriter(name, writer));
  }
  const own = isObject(canonical["services"]) ? canonical["services"][service] : undefined;
  if (!isObject(own)) {
    throw new CoworkError(
      "DEVCONTAINER_INVALID",
      `${plain(path)}: there is no Compose service ${plain(service) || "(none is named)"}.`,
      {
        hint: 'name one of the Compose file\'s services as "service"',
      },
    );
  }
  const { image, user } = own;
  return {
    files: inputs.files,
    program,
    service,
    canonical,
    builds: readBuilds(canonical),
    ...(typeof image === "string" ? { image } : {}),
    ...(typeof user === "string" ? { user } : {}),
  };
}

function besideWriter(service: string, writer: string): string {
  const who = service === writer ? "another container of the same service" : `service ${writer}`;
  return `can be any folder of this host: ${plain(who)} runs before it is mounted, and can put a link in its place`;
}
