import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readAsset } from "../../assets.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { memoizePerRun } from "../../system/known.ts";

const bundle = "dist/spec-node/devContainersSpecCLI.js";
const marker = ".cowork-sha256";

// Without BuildKit the CLI hands the features' files over in an image with one fixed tag: two builds at once, ours or an
// editor's, mix their features up (facts). The tag is made a variable, so that every build has its own, and the image gets
// labels, so that what the classic builder leaves of it is known as ours. Each text stands in the program exactly once.
export const featureVariables = { tag: "COWORK_FEATURE_TAG", labels: "COWORK_FEATURE_LABELS" } as const;
const fixedTag = '"dev_container_feature_content_temp"';
const copyLine = "\tCOPY . /tmp/build-features/\n";
const changes = [
  { from: fixedTag, to: `(process.env.${featureVariables.tag}||${fixedTag})` },
  { from: copyLine, to: `${copyLine}\${process.env.${featureVariables.labels}||""}\n` },
];

/**
 * The pinned @devcontainers/cli, unpacked once per version to `lib/devcontainers-cli/{version}/`. Complete or not there at all:
 * it is unpacked beside its place and renamed; two at once are fine. One that was changed since is unpacked anew.
 * @returns path of its `devcontainer.js`
 * @throws DISK_FULL, PERMISSION_DENIED
 */
export async function unpackCli(ctx: Pick<Context, "paths" | "known">): Promise<string> {
  // Its hash is taken once a run: hashing 1.7 MB for each of many sessions adds up.
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
    throw new CoworkError("INTERNAL", `The dev container CLI in ${folder} is not what was put there.`);
  return entry;
}

/** The folder holds what we put there: the hash of the program is the one written down beside it. */
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
      throw new CoworkError("INTERNAL", "The dev container CLI is not the version that cowork knows.");
    text = text.replace(from, () => to);
  }
  await writeFile(path, text);
  await writeFile(join(folder, marker), mark(text));
}

/** A folder cannot be renamed onto one with content: what stands there is either a twin's work or broken. */
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

/** Of the program as it lies there, and of the changes: another cowork may make others to the same version. */
function mark(program: string | Uint8Array): string {
  return `${sha256(program)} ${sha256(JSON.stringify(changes))}\n`;
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
