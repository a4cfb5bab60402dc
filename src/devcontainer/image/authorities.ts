import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { readTextFile } from "../../system/files/files.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { plain } from "../../system/text.ts";
import { memoizePerRun } from "../../system/known.ts";
import { remembered, stampOf } from "../../system/remembered.ts";

// Where administrators add their own authorities, by family: Debian and Alpine, RHEL, Arch, SUSE.
const anchorFolders = [
  "/usr/local/share/ca-certificates",
  "/etc/pki/ca-trust/source/anchors",
  "/etc/ca-certificates/trust-source/anchors",
  "/etc/pki/trust/anchors",
];
// Where the distribution installs its authorities, in the same order (the p11-kit files also have PEM blocks).
const distributionFolders = ["/usr/share/ca-certificates", "/usr/share/pki/ca-trust-source", "/usr/share/pki/trust"];
// May name a bundle that has more than the distribution's authorities.
const bundleVariables = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];
const maxBytes = 8 * 1024 * 1024;

/**
 * Returns the TLS authorities that builds and containers need in addition to those of their images: for `auto` those that this host
 * has in addition to its distribution's, for `none` none, else those of the PEM file that is named.
 * @returns one PEM text, the same for the same set; undefined if there are none
 * @throws CA_CERTS_INVALID
 */
export async function hostAuthorities(
  ctx: Pick<Context, "env" | "known" | "node" | "paths">,
  setting: string,
): Promise<string | undefined> {
  if (setting === "none") return undefined;
  // Once per run: it reads some hundred files, and each session needs the result.
  const found = await memoizePerRun(ctx, `authorities ${setting}`, () => findAuthorities(ctx, setting));
  return found === "" ? undefined : found;
}

async function findAuthorities(ctx: Pick<Context, "env" | "node" | "paths">, setting: string): Promise<string> {
  if (setting !== "auto") return inOrder(await namedAuthorities(setting));
  const [anchors, distribution] = await Promise.all([filesOf(anchorFolders), filesOf(distributionFolders)]);
  const bundles = bundleVariables.flatMap((name) => ctx.env[name] ?? []).filter((path) => path !== "");
  if (anchors.length === 0 && bundles.length === 0) return "";
  // Reading some hundred certificates takes 30 ms; a stat of each file takes 2 ms.
  const depends = [`Node.js ${ctx.node.version}`, ...[...anchors, ...distribution, ...bundles].map(stampOf)];
  return await remembered(ctx, "authorities", depends, async () => {
    const files: Files = { anchors, distribution, bundles, unread: false };
    const found = await extraAuthorities(files);
    return { value: inOrder(found), partly: files.unread };
  });
}

function inOrder(found: ReadonlyMap<string, string>): string {
  const entries = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([, pem]) => `${pem}\n`).join("");
}

/** Returns the certificates of a PEM text, one block each, without the text between them. */
export function splitPem(text: string): string[] {
  return (
    text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? []
  ).map((block) => block.replaceAll("\r", "").replaceAll("TRUSTED ", ""));
}

async function namedAuthorities(path: string): Promise<Map<string, string>> {
  const hint = steps`${ownCommand("config", "set", "CA_CERTS", "auto")}, none, or the path of a PEM file`;
  const text = await readTextFile(path, { maxBytes }).catch((error: unknown) => {
    throw new CoworkError("CA_CERTS_INVALID", `CA_CERTS names ${plain(path)}, which cannot be read.`, {
      hint,
      cause: error,
    });
  });
  if (text === undefined)
    throw new CoworkError("CA_CERTS_INVALID", `CA_CERTS names ${plain(path)}, which does not exist.`, { hint });
  const blocks = splitPem(text);
  const found = await byFingerprint(blocks);
  if (found.size === 0 || found.size < new Set(blocks).size) {
    throw new CoworkError(
      "CA_CERTS_INVALID",
      `CA_CERTS names ${plain(path)}, which is not a file of PEM certificates.`,
      { hint },
    );
  }
  return found;
}

interface Files {
  anchors: readonly string[];
  distribution: readonly string[];
  bundles: readonly string[];
  /** an existing file could not be read and was skipped */
  unread: boolean;
}

async function extraAuthorities(files: Files): Promise<Map<string, string>> {
  const read = (path: string): string[] => readBlocks(path, () => (files.unread = true));
  const anchors = await byFingerprint(files.anchors.flatMap(read));
  const blocks = files.bundles.flatMap(read);
  if (blocks.length > 0) {
    const { rootCertificates } = await import("node:tls");
    const known = new Set([...rootCertificates, ...files.distribution.flatMap(read)].map(quickFingerprint));
    // Only the remaining ones are fully parsed: a bundle is nearly all of the distribution's authorities, and parsing it took 0.1
    // s.
    const further = await byFingerprint(blocks.filter((block) => !known.has(quickFingerprint(block))));
    for (const [fingerprint, pem] of further) if (!known.has(fingerprint)) anchors.set(fingerprint, pem);
  }
  return anchors;
}

/** Computes the same fingerprint as OpenSSL, for a block that has one certificate and nothing after it. */
function quickFingerprint(pem: string): string {
  const bytes = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
  return createHash("sha256")
    .update(bytes)
    .digest("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$&:");
}

/** Synchronous, because the files are small and many. Skips files that cannot be read. */
function readBlocks(path: string, onUnread: () => void): string[] {
  try {
    return splitPem(readSmallFile(path, { maxBytes })?.toString("utf8") ?? "");
  } catch {
    onUnread();
    return [];
  }
}

async function filesOf(folders: readonly string[]): Promise<string[]> {
  return (await Promise.all(folders.map((folder) => filesBelow(folder)))).flat();
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Skips blocks that are not certificates. */
async function byFingerprint(blocks: readonly string[]): Promise<Map<string, string>> {
  const { X509Certificate } = await import("node:crypto");
  const found = new Map<string, string>();
  for (const pem of blocks) {
    try {
      found.set(new X509Certificate(pem).fingerprint256, pem);
    } catch {
      // OpenSSL cannot read it, so no other program could use it.
    }
  }
  return found;
}
