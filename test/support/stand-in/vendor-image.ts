import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { generate } from "selfsigned";
import { hasImage, testBaseImage } from "../engine/engine.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { runFolder } from "../run-folder.ts";
import { codexNames } from "./codex/names.ts";
import { copilotNames } from "./copilot/names.ts";

export const vendorNames = [
  "platform.claude.com",
  "api.anthropic.com",
  "claude.ai",
  "claude.com",
  "console.anthropic.com",
  "downloads.claude.ai",
  "elsewhere.example",
  ...codexNames,
  ...copilotNames,
];

/** The certificate files of the stand-in's server, and those of an attacker. */
const files = ["cert.pem", "key.pem", "thief.pem", "thief-key.pem"] as const;

export interface VendorImage {
  run: string;
  image: string;
  pems: Record<(typeof files)[number], string>;
}

/**
 * The image that trusts a run's stand-ins. They share it, because each image of sessions is built on it: with one for each stand-in,
 * the engine would install the same packages for each again. The global set-up removes it at the end.
 */
export async function vendorImage(): Promise<VendorImage> {
  return await oneAtATime("stand-in", async (run) => {
    const image = `cowork-stand-in-${run.slice(0, 8)}:image`;
    const folder = join(runFolder(run), "stand-in");
    if (!(await hasImage(image))) await makeImage(image, folder, run);
    const read = async (entry: string): Promise<string> => await readFile(join(folder, entry), "utf8");
    const texts = await Promise.all(files.map(async (entry) => [entry, await read(entry)] as const));
    return { run, image, pems: Object.fromEntries(texts) as VendorImage["pems"] };
  });
}

async function makeImage(image: string, folder: string, run: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [vendor, thief] = [await makeAuthority(), await makeAuthority()];
  const pems = [vendor.cert, vendor.private, thief.cert, thief.private];
  for (const [index, entry] of files.entries()) await writeFile(join(folder, entry), pems[index] ?? "");
  const dockerfile = [
    `FROM ${testBaseImage}`,
    "COPY cert.pem /usr/local/share/ca-certificates/stand-in.crt",
    "RUN update-ca-certificates",
    "ENV CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
    // A login that talks to its vendor at once must not do that before its container is on this network. cowork asks every
    // container for its processor first; one of a session has a folder for events.
    `RUN mv /usr/bin/uname /usr/bin/uname.real && printf '%s\\n' '#!/bin/sh' '[ -d /cowork/auth ] && [ ! -e /cowork/session/events ] && until getent hosts elsewhere.example >/dev/null; do sleep 0.1; done' 'exec /usr/bin/uname.real "$@"' >/usr/bin/uname && chmod 755 /usr/bin/uname`,
  ].join("\n");
  await writeFile(join(folder, "Dockerfile"), dockerfile);
  const labels = ["--label", "cowork.test=stand-in", "--label", `cowork.test.run=${run}`];
  await execa("docker", ["build", "-q", "-t", image, ...labels, folder]);
}

/** Creates a self-signed certificate for all of the vendor's host names. */
async function makeAuthority(): Promise<{ cert: string; private: string }> {
  const altNames = vendorNames.map((value) => ({ type: 2 as const, value }));
  const extensions = [{ name: "subjectAltName" as const, altNames }];
  const subject = [{ name: "commonName", value: "cowork stand-in" }];
  return generate(subject, { keySize: 2048, algorithm: "sha256", extensions });
}
