import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readAsset } from "../../assets.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { memoizePerRun } from "../../system/known.ts";

const bundle = "dist/spec-node/devContainersSpecCLI.js";
const marker = ".cowork-sha256";

// Without BuildKit the CLI passes the features' files in an image with one fixed tag, so two builds at the same time, ours or an
// editor's, mix up their features (facts). We turn the tag into a variable, so that each build has its own, and add labels to the
// image, so that the classic builder's leftovers can be recognized as ours. Each text occurs exactly once in the program.
export const featureVariables = { tag: "COWORK_FEATURE_TAG", labels: "COWORK_FEATURE_LABELS" } as const;
const fixedTag = '"dev_container_feature_content_temp"';
const copyLine = "\tCOPY . /tmp/build-features/\n";
const changes = [
  { from: fixedTag, to: `(process.env.${featureVariables.tag}||${fixedTag})` },
  { from: copyLine, to: `${copyLine}\${process.env.${featureVariables.labels}||""}\n` },
];

/**
 * Unpacks the pinned @devcontainers/cli once per version to `lib/devcontainers-cli/{version}/`. It is unpacked to a temporary
 * folder and then renamed, so the folder is either complete or absent, and two processes can do it at the same time. If the content
 * was changed since, it is unpacked again.
 * @returns path of its `devcontainer.js`
 * @throws DISK_FULL, PERMISSION_DENIED
 */
export async function unpackCli(ctx: Pick<Context, "paths" | "known">): Promise<string> {
  // Checked once per run: hashing 1.7 MB again for each session adds up.
  return await memoizePerRun(ctx, "devcontainers-cli", () => unpackOnce(ctx));
}

async function unpackOnce(ctx: Pick<Context, "paths">): Promise<string> {
  const version = new TextDecoder().decode(await readAsset("devcontainers-cli.version")).trim();
  const parent = join(ctx.paths.lib, "devcontainers-cli");
  const folder = join(parent, version);
  const entry = join(folder, "devcontainer.js");
  if (await isIntact(folder)) return entry;
  const temporary = join(parent, `.${version}-${randomBytes(6).toString("hex")}`);
  try {
    await extract(await readAsset("devcontainers-cli.tar"), temporary);
    await changeProgram(temporary);
    await moveIntoPlace(temporary, folder);
  } catch (error) {
    throw toCoworkError(error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  if (!(await isIntact(folder)))
    throw new CoworkError("INTERNAL", `The dev container CLI in ${folder} was changed while it was unpacked.`);
  return entry;
}

/** Compares the hash of the program with the one that was stored next to it. */
async function isIntact(folder: string): Promise<boolean> {
  try {
    const [expected, program] = await Promise.all([
      readFile(join(folder, marker), "utf8"),
      readFile(join(folder, bundle)),
    ]);
    return expected === mark(program);
  } catch {
    return false;
  }
}

async function extract(tar: Uint8Array, target: string): Promise<void> {
  const { extract: extractTar } = await import("tar-stream");
  const entries = extractTar();
  await mkdir(target, { recursive: true, mode: 0o700 });
  const files = new Map<string, { mode: number; chunks: Buffer[] }>();
  entries.on("entry", (header, stream, next) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk) => void chunks.push(chunk as Buffer));
    stream.on("end", next);
    if (header.type === "file") files.set(header.name, { mode: header.mode ?? 0o644, chunks });
  });
  await new Promise<void>((resolve, reject) => {
    entries.on("finish", () => resolve());
    entries.on("error", reject);
    entries.end(Buffer.from(tar));
  });
  for (const [name, { mode, chunks }] of files) {
    const path = join(target, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.concat(chunks));
    await chmod(path, mode);
  }
}

async function changeProgram(folder: string): Promise<void> {
  const path = join(folder, bundle);
  let text = await readFile(path, "utf8");
  for (const { from, to } of changes) {
    if (text.split(from).length !== 2)
      throw new CoworkError("INTERNAL", "The dev container CLI is not the version that cowork expects.");
    text = text.replace(from, () => to);
  }
  await writeFile(path, text);
  await writeFile(join(folder, marker), mark(text));
}

/** A folder cannot be renamed onto one that has content. What is there was either unpacked by another process, or is broken. */
async function moveIntoPlace(temporary: string, folder: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      await rename(temporary, folder);
      return;
    } catch {
      if (await isIntact(folder)) return;
      const aside = `${temporary}-old${attempt}`;
      await rename(folder, aside).catch(() => undefined);
      await rm(aside, { recursive: true, force: true });
    }
  }
  await rename(temporary, folder);
}

/** Hashes the program and our changes to it: another version of cowork may change the same version of the CLI differently. */
function mark(program: string | Uint8Array): string {
  return `${sha256(program)} ${sha256(JSON.stringify(changes))}\n`;
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
