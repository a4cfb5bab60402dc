import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { judgeCompose } from "../judge/judge-compose.ts";
import { judgeTarget } from "../judge/judge-target.ts";
import { isObject } from "../source/json.ts";
import { strings, textOf } from "../judge/judge-config.ts";
import type { ComposePlan, ConfigSource, JsonObject } from "../types.ts";
import { findComposeFiles } from "./compose-files.ts";
import { readBuilds } from "./read-builds.ts";
import type { ComposeInputs, ReadOptions } from "./compose-inputs.ts";
import { readComposeInputs } from "./read-inputs.ts";
import { composePlace, dialectOf, findCompose, resolveCompose } from "./resolve.ts";
import { rewriteCompose } from "./rewrite-compose.ts";
import { mountsOf } from "./service-mounts.ts";
import { orderStarts } from "./start-order.ts";
import { startedServices } from "./started-services.ts";

export interface ComposeRequest extends Pick<ReadOptions, "verdict" | "agreed" | "mayCome" | "missingHint"> {
  config: JsonObject;
  path: string;
  /** one line per change; added to */
  changes: string[];
  /** one line per note for the user; added to */
  notes: string[];
}

export interface ComposeResult {
  /** absent if a Compose file is missing that may be copied into the clone */
  plan?: ComposePlan;
  /** paths in the source of all files that were read */
  files: string[];
  missing: string[];
  isReduced: boolean;
}

/**
 * Resolves a project's Compose files once, judges the result, and removes everything that sessions would conflict over. Opens a
 * file of the host only after the user has agreed.
 * @throws DEVCONTAINER_INVALID, COMPOSE_MISSING
 */
export async function planCompose(ctx: Context, source: ConfigSource, request: ComposeRequest): Promise<ComposeResult> {
  const { config, path, verdict, changes, notes } = request;
  const program = await findCompose(ctx);
  const dialect = dialectOf(program);
  const files = await findComposeFiles(source, config, path, dialect);
  const place = composePlace(ctx);
  const { agreed, mayCome, missingHint } = request;
  const options = { env: ctx.env, verdict, dialect, tree: place.tree, agreed, mayCome, missingHint };
  const inputs = await readComposeInputs(source, files, options);
  const { missing, isReduced } = inputs;
  const read = { files: inputs.files, missing, isReduced };
  if (inputs.isBlocked) return read;
  const resolved = await resolveCompose(ctx, place, { program, main: files.main, inputs });
  const mainBinds = verdict.cloneBinds.map((one) => (one === ".." ? "" : one));
  judgeCompose(verdict, resolved);
  const main = textOf(config["service"] ?? "");
  for (const { key, text, target } of mountsOf(resolved, main)) {
    judgeTarget(verdict, `service ${main}: ${key}`, text, target);
  }
  const started = startedServices(resolved, config);
  const { canonical: rewritten, changes: others } = rewriteCompose(resolved, inputs.profiles, started);
  const order = orderStarts(rewritten, { main, runServices: strings(config["runServices"]), mainBinds });
  const { canonical } = order;
  changes.push(...others, ...order.changes.map(plain));
  for (const { service, path: mounted, writer } of order.conflicts) {
    verdict.add(`service ${service}: volumes`, mounted, besideWriter(service, writer));
  }
  const unset = await unsetNotes(source, inputs, files.dotEnv, request);
  notes.push(...unset.notes);
  read.missing.push(...unset.missing);
  return { ...read, plan: planOf(canonical, { request, program, files: inputs.files }) };
}

/**
 * Compose only prints a warning, which the user would not see here. If `.env` may still be copied in, this waits until it is known
 * to be missing.
 */
async function unsetNotes(
  source: ConfigSource,
  { unset, missing }: ComposeInputs,
  dotEnv: string,
  { mayCome, missingHint }: Pick<ComposeRequest, "mayCome" | "missingHint">,
): Promise<{ notes: string[]; missing: string[] }> {
  if (unset.length === 0) return { notes: [], missing: [] };
  const names = unset.map((name) => `\${${plain(name)}}`).join(", ");
  const isThere = (await source.stat(dotEnv)) === "file";
  if (!isThere && mayCome(dotEnv)) return { notes: [], missing: missing.includes(dotEnv) ? [] : [dotEnv] };
  const why = isThere ? `${dotEnv} does not set it` : `there is no ${dotEnv} in ${source.describe}`;
  const hint = isThere ? "" : `; ${missingHint(dotEnv)}`;
  const note = `Docker Compose: ${names} is not set and left empty: ${plain(why)}${plain(hint)}`;
  return { notes: [note], missing: [] };
}

function planOf(
  canonical: JsonObject,
  part: { request: ComposeRequest; program: ComposePlan["program"]; files: string[] },
): ComposePlan {
  const { config, path } = part.request;
  const service = textOf(config["service"] ?? "");
  const own = isObject(canonical["services"]) ? canonical["services"][service] : undefined;
  if (!isObject(own)) {
    throw new CoworkError(
      "DEVCONTAINER_INVALID",
      `${plain(path)}: ${service === "" ? '"service" is missing' : `Compose service ${plain(service)} does not exist`}.`,
      {
        hint: 'set "service" to one of the Compose file\'s services',
      },
    );
  }
  const { image, user } = own;
  return {
    files: part.files,
    program: part.program,
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
