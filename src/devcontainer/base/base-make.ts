import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readAsset } from "../../assets.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { pathExists, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { shellWord } from "../../system/shell-word.ts";
import { plain } from "../../system/text.ts";
import { withLock } from "../../system/locks.ts";
import { parseAptSources, parseOsRelease, planBases, type BasePlan } from "./apt-sources.ts";
import type { BaseImage } from "../types.ts";
import { findMadeBase } from "./base-made.ts";
import { meaningfulLines } from "../cli/cli-output.ts";
import { imageLabel } from "../image/image-labels.ts";
import { withTemporaryFolder } from "../cli/temporary.ts";
import { templateBase } from "../image/template.ts";

const waitMs = 3_600_000;
const debootstraps = ["/usr/sbin/debootstrap", "/usr/bin/debootstrap", "/usr/local/sbin/debootstrap"];

/**
 * Makes a base image of the distribution's own packages, after asking (where nobody can be asked: after saying so); one at a time.
 * @param why no registry could give one: the first half of what the user is told
 * @throws BASE_IMAGE_UNAVAILABLE with what to do
 */
export async function makeBaseImage(ctx: Context, why: string): Promise<BaseImage> {
  return withLock(ctx, "image-base", { waitMs }, async (signal) => {
    const made = await findMadeBase(ctx);
    if (made !== undefined) return made;
    const lacking = `There is no image ${templateBase}, and no registry to get it from`;
    ctx.log(`${lacking}: ${why}`);
    if (!(await isInstalled())) {
      const hint = steps`apt-get install debootstrap (as root), then run the same command again; or ${ownCommand("config", "set", "BASE_IMAGE", "…")}`;
      throw new CoworkError("BASE_IMAGE_UNAVAILABLE", `${lacking}; to make one, debootstrap has to be installed.`, {
        hint,
        detail: why,
      });
    }
    const plans = await planForHost();
    const script = await placeScript(ctx);
    const sudo = await rootPrefix(ctx);
    if (sudo === undefined) throw byHand(lacking, script, plans[0], await tagOf(ctx, script, plans[0]));
    const tagged = await tagOf(ctx, script, plans[0]);
    const what = `making a base image from ${plans[0].suite}'s packages, about a minute and 100 MB of downloads`;
    const text = `${lacking}. Go on with ${what}, with sudo?`;
    if (sudo.length > 0 && (await ctx.ask({ kind: "confirm", text })) !== true) {
      throw byHand(lacking, script, plans[0], tagged);
    }
    ctx.report({ session: "", step: "image", state: "note", detail: `${lacking}: ${what}` });
    return makeFirst({ ...ctx, signal }, plans, script, sudo);
  });
}

async function isInstalled(): Promise<boolean> {
  for (const path of debootstraps) if (await pathExists(path)) return true;
  return false;
}

async function planForHost(): Promise<[BasePlan, ...BasePlan[]]> {
  const maxBytes = 1024 * 1024;
  const release =
    (await readTextFile("/etc/os-release", { maxBytes })) ??
    (await readTextFile("/usr/lib/os-release", { maxBytes })) ??
    "";
  const parts = await readdir("/etc/apt/sources.list.d").catch(() => []);
  const files = parts
    .filter((name) => /\.(?:list|sources)$/.test(name))
    .toSorted()
    .map((name) => join("/etc/apt/sources.list.d", name));
  const texts = await Promise.all(
    ["/etc/apt/sources.list", ...files].map((path) => readTextFile(path, { maxBytes }).catch(() => undefined)),
  );
  const current = templateBase.split(":")[1] ?? "";
  const [first, ...rest] = planBases(
    parseOsRelease(release),
    texts.flatMap((text) => parseAptSources(text ?? "")),
    current,
  );
  if (first === undefined) throw new CoworkError("INTERNAL", "There is no plan for a base image.");
  return [first, ...rest];
}

/** Kept where the user can run it by hand. */
async function placeScript(ctx: Context): Promise<string> {
  const path = join(ctx.paths.lib, "make-base.sh");
  await mkdir(ctx.paths.lib, { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, await readAsset("templates/image/make-base.sh"), { mode: 0o755 });
  return path;
}

/** What stands before a command to run it as root; undefined where a password would have to be typed. */
async function rootPrefix(ctx: Context): Promise<string[] | undefined> {
  if (ctx.user.isRoot) return [];
  const { code } = await ctx
    .run("sudo", ["-n", "true"], { signal: ctx.signal, timeoutMs: 10_000 })
    .catch(() => ({ code: 1 }));
  return code === 0 ? ["sudo", "-n"] : undefined;
}

async function tagOf(ctx: Context, script: string, plan: BasePlan): Promise<{ tag: string; key: string }> {
  const { arch } = await ctx.engine.info();
  const text = (await readTextFile(script, { maxBytes: 1024 * 1024 })) ?? "";
  const key = createHash("sha256")
    .update(JSON.stringify([text, plan, arch]))
    .digest("hex")
    .slice(0, 8);
  return { tag: `cowork-base:${plan.suite}-${key}`, key };
}

function byHand(
  lacking: string,
  script: string,
  plan: BasePlan,
  { tag, key }: { tag: string; key: string },
): CoworkError {
  const make = [
    "sudo",
    ...["sh", script, plan.suite, plan.components, ...(plan.mirror === undefined ? [] : [plan.mirror])].map(shellWord),
  ].join(" ");
  const changes = labelChanges(key)
    .map((change) => `--change ${shellWord(change)}`)
    .join(" ");
  const hint = `${make} | docker import ${changes} - ${tag}`;
  return new CoworkError(
    "BASE_IMAGE_UNAVAILABLE",
    `${lacking}. To make one, root has to run a script; run this, then the same command again:`,
    { hint },
  );
}

function labelChanges(key: string): string[] {
  return [`LABEL ${imageLabel.shared}=base`, `LABEL ${imageLabel.key}=${key}`, 'CMD ["/bin/bash"]'];
}

/** The first plan that works: a mirror need not have the newest suite, nor the host its keys. */
async function makeFirst(
  ctx: Context,
  plans: readonly BasePlan[],
  script: string,
  sudo: readonly string[],
): Promise<BaseImage> {
  let said: string[] = [];
  for (const plan of plans) {
    const made = await withTemporaryFolder(ctx, async (folder) => {
      const archive = join(folder, "base.tar");
      const { code, lines } = await runScript(ctx, plan, [...sudo], script, archive);
      if (code === 0) return importBase(ctx, archive, await tagOf(ctx, script, plan));
      said = meaningfulLines(lines);
      ctx.log(`no base image of ${plan.suite}: ${said.join(" / ")}`);
      return undefined;
    });
    if (made !== undefined) return made;
  }
  const hint = steps`${ownCommand("config", "set", "BASE_IMAGE", "…")}, or load one into the engine: docker load`;
  const message = `A base image could not be made of ${plans.map(({ suite }) => suite).join(" or ")}'s packages: ${said.at(-1) ?? "no reason was given"}.`;
  throw new CoworkError("BASE_IMAGE_UNAVAILABLE", message, { hint, detail: said.join("\n") });
}

async function runScript(
  ctx: Context,
  { suite, components, mirror, sources }: BasePlan,
  sudo: string[],
  script: string,
  archive: string,
): Promise<{ code: number; lines: string[] }> {
  // Ours, whoever writes into it.
  await writeFile(archive, "");
  const lines: string[] = [];
  const onLine = (line: string): void => {
    const text = plain(line);
    lines.push(text);
    ctx.report({ session: "", step: "image", state: "note", detail: `base image: ${text.replace(/^I: /, "")}` });
  };
  const setting = sources.length === 0 ? [] : ["env", `COWORK_SOURCES=${sources.join("\n")}`];
  const [program, ...args] = [...sudo, ...setting, "sh", script, suite, components, mirror ?? "", archive];
  const { code } = await ctx.run(program ?? "sh", args, { signal: ctx.signal, onLine });
  return { code, lines };
}

/** Under a name of its own first: of two homes that make it at once, one finds that it is there. */
async function importBase(
  ctx: Context,
  archive: string,
  { tag, key }: { tag: string; key: string },
): Promise<BaseImage> {
  const temporary = `cowork-base:new-${randomBytes(6).toString("hex")}`;
  await ctx.engine.importImage(createReadStream(archive), temporary, labelChanges(key));
  if ((await ctx.engine.findImage(tag)) === undefined) await ctx.engine.tagImage(temporary, tag);
  await ctx.engine.removeImage(temporary);
  const image = await ctx.engine.findImage(tag);
  if (image === undefined)
    throw new CoworkError("ENGINE_FAILED", `The Docker Engine took ${tag} and yet does not have it.`);
  return { ref: tag, image };
}
