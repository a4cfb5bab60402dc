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
 * Makes a base image from the distribution's packages, one at a time. Asks the user first, or only reports it if there is no
 * terminal to ask on.
 * @param why the reason why no registry has an image, for the log
 * @throws BASE_IMAGE_UNAVAILABLE with the next step
 */
export async function makeBaseImage(ctx: Context, why: string): Promise<BaseImage> {
  return withLock(ctx, "image-base", { waitMs }, async (signal) => {
    const made = await findMadeBase(ctx);
    if (made !== undefined) return made;
    const unavailable = `Image ${templateBase} is not on this machine and could not be pulled`;
    ctx.log(`${unavailable}: ${why}`);
    if (!(await isInstalled())) {
      const hint = steps`install debootstrap (sudo apt-get install debootstrap) and run the same command again, or choose another image: ${ownCommand("config", "set", "BASE_IMAGE", "…")}`;
      throw new CoworkError("BASE_IMAGE_UNAVAILABLE", `${unavailable}. Making a base image needs debootstrap.`, {
        hint,
        detail: why,
      });
    }
    const plans = await planForHost();
    const script = await placeScript(ctx);
    const sudo = await rootPrefix(ctx);
    if (sudo === undefined) throw byHand(unavailable, script, plans[0], await tagOf(ctx, script, plans[0]));
    const tagged = await tagOf(ctx, script, plans[0]);
    const what = `making a base image from ${plans[0].suite}'s packages (about a minute, 100 MB of downloads)`;
    const text = `${unavailable}. Continue by ${what}, using sudo?`;
    if (sudo.length > 0 && (await ctx.ask({ kind: "confirm", text })) !== true) {
      throw byHand(unavailable, script, plans[0], tagged);
    }
    ctx.report({ session: "", step: "image", state: "note", detail: `${unavailable}: ${what}` });
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
  if (first === undefined) throw new CoworkError("INTERNAL", "No plan for a base image.");
  return [first, ...rest];
}

/** Writes the script to a place where the user can run it by hand. */
async function placeScript(ctx: Context): Promise<string> {
  const path = join(ctx.paths.lib, "make-base.sh");
  await mkdir(ctx.paths.lib, { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, await readAsset("templates/image/make-base.sh"), { mode: 0o755 });
  return path;
}

/** Returns the command prefix that gives root rights, or undefined if the user would have to type a password. */
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
  unavailable: string,
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
    `${unavailable}. Making a base image needs root: run this, then run the same command again:`,
    { hint },
  );
}

function labelChanges(key: string): string[] {
  return [`LABEL ${imageLabel.shared}=base`, `LABEL ${imageLabel.key}=${key}`, 'CMD ["/bin/bash"]'];
}

/** Tries the plans in order until one works: a mirror may lack the newest suite, and the host may lack its keys. */
async function makeFirst(
  ctx: Context,
  plans: readonly BasePlan[],
  script: string,
  sudo: readonly string[],
): Promise<BaseImage> {
  let lastLines: string[] = [];
  for (const plan of plans) {
    const made = await withTemporaryFolder(ctx, async (folder) => {
      const archive = join(folder, "base.tar");
      const { code, lines } = await runScript(ctx, plan, [...sudo], script, archive);
      if (code === 0) return importBase(ctx, archive, await tagOf(ctx, script, plan));
      lastLines = meaningfulLines(lines);
      ctx.log(`no base image of ${plan.suite}: ${lastLines.join(" / ")}`);
      return undefined;
    });
    if (made !== undefined) return made;
  }
  const hint = steps`${ownCommand("config", "set", "BASE_IMAGE", "…")}, or load an image into the engine: docker load`;
  const message = `Could not make a base image from the packages of ${plans.map(({ suite }) => suite).join(" or ")}: ${lastLines.at(-1) ?? "no reason given"}.`;
  throw new CoworkError("BASE_IMAGE_UNAVAILABLE", message, { hint, detail: lastLines.join("\n") });
}

async function runScript(
  ctx: Context,
  { suite, components, mirror, sources }: BasePlan,
  sudo: string[],
  script: string,
  archive: string,
): Promise<{ code: number; lines: string[] }> {
  // Created first, so that the file belongs to this user even if root writes to it.
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

/** Imports the image under a temporary name first: if two homes make it at the same time, the second finds the first one's. */
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
  if (image === undefined) throw new CoworkError("ENGINE_FAILED", `Docker reported success but did not import ${tag}.`);
  return { ref: tag, image };
}
