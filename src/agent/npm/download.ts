import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { NpmOptions } from "./config.ts";

export interface Package {
  name: string;
  version: string;
}

export interface Tarball {
  url: string;
  /** subresource integrity, e.g. `sha512-…` */
  integrity: string;
}

export type OnBytes = (bytes: number, total: number | undefined) => void;

const attempts = 4;

/** Asks the registry for the URL of a package's tarball, with the same request as `npm install`. */
export async function findTarball(npm: NpmOptions, { name, version }: Package): Promise<Tarball> {
  const { default: fetch } = await import("npm-registry-fetch");
  const document = await fetch.json(`/${name.replace("/", "%2f")}`, {
    ...npm,
    spec: name as never,
    headers: { accept: "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*" },
  });
  const versions = (document.versions ?? {}) as Record<string, { dist?: { tarball?: unknown; integrity?: unknown } }>;
  const dist = versions[version]?.dist;
  if (typeof dist?.tarball !== "string") {
    throw new CoworkError("AGENT_UNAVAILABLE", `The npm registry does not have version ${version} of ${name}.`);
  }
  if (typeof dist.integrity !== "string" || !/\bsha(256|384|512)-/.test(dist.integrity)) {
    throw new CoworkError("AGENT_UNAVAILABLE", `The npm registry has no integrity hash for ${name} ${version}.`);
  }
  return { url: throughRegistry(dist.tarball, npm), integrity: dist.integrity };
}

/** npm's `replace-registry-host`: mirrors often serve documents with URLs of the public registry. */
export function throughRegistry(url: string, npm: NpmOptions): string {
  const options = npm.replaceRegistryHost === "npmjs" ? npm.defaultRegistryHost : npm.replaceRegistryHost;
  const at = new URL(url);
  if (options !== "always" && options !== at.hostname) return url;
  const registry = new URL(npm.registry);
  at.protocol = registry.protocol;
  at.host = registry.host;
  at.port = registry.port;
  return at.href;
}

/**
 * Downloads a tarball to a file and checks it. An interrupted download continues; a file whose hash does not match is deleted and
 * downloaded once more.
 */
export async function fetchTarball(
  ctx: Context,
  npm: NpmOptions,
  tarball: Tarball,
  file: string,
  onBytes: OnBytes,
): Promise<void> {
  const ssri = await import("ssri");
  const { createReadStream } = await import("node:fs");
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetchRest(ctx, npm, tarball, file, onBytes);
      await ssri.checkStream(createReadStream(file), tarball.integrity);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EINTEGRITY") await rm(file, { force: true });
      ctx.signal.throwIfAborted();
      if (attempt === attempts || !isPassing(code)) throw error;
      ctx.log(`download of ${tarball.url}: attempt ${attempt} failed: ${String(error)}`);
      await ctx.clock.sleep(500 * attempt, ctx.signal);
    }
  }
}

async function fetchRest(
  ctx: Context,
  npm: NpmOptions,
  { url }: Tarball,
  file: string,
  onBytes: OnBytes,
): Promise<void> {
  const { default: fetch } = await import("npm-registry-fetch");
  const have = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  const headers = have > 0 ? { range: `bytes=${have}-` } : {};
  const options = { ...npm, headers, signal: ctx.signal } as never;
  const answer = await fetch(url, options).catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode === 416) return undefined;
    throw error;
  });
  // The server has nothing beyond our part: the hash decides whether it is complete.
  if (answer === undefined) return;
  const resumed = answer.status === 206;
  const length = Number(answer.headers.get("content-length"));
  let bytes = resumed ? have : 0;
  const total = length > 0 ? bytes + length : undefined;
  await pipeline(
    answer.body as NodeJS.ReadableStream,
    async function* (source) {
      for await (const chunk of source as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        onBytes(bytes, total);
        yield chunk;
      }
    },
    createWriteStream(file, { flags: resumed ? "a" : "w", mode: 0o600 }),
    { signal: ctx.signal },
  );
}

/** Errors that another attempt may not have; with others (not found, forbidden, no such host) it would only take time. */
function isPassing(code: string | undefined): boolean {
  const passing = [
    "EINTEGRITY",
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "EIDLETIMEOUT",
    "ERR_STREAM_PREMATURE_CLOSE",
    "FETCH_ERROR",
  ];
  return code !== undefined && passing.includes(code);
}
