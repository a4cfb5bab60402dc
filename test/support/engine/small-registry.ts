import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createHash, randomBytes } from "node:crypto";
import { pack } from "tar-stream";

/** A local npm registry with one package of a few megabytes. It can be made to misbehave. */
export interface SmallRegistry {
  url: string;
  /** the requests received, with their `Range` and `Authorization` headers */
  requests: { path: string; range?: string; authorization?: string }[];
  /** faults: break the connection after this many bytes, send wrong bytes, require this token, drop every connection */
  trouble: { cutAfter?: number; forged?: boolean; token?: string; down?: boolean };
  content: Buffer;
  close(): Promise<void>;
}

export async function smallRegistry(options: {
  name: string;
  version: string;
  program: string;
  /** besides the program */
  files?: Readonly<Record<string, string>>;
  content?: Buffer;
}): Promise<SmallRegistry> {
  const content = options.content ?? randomBytes(3_000_000);
  const tarball = await makeTarball(options.program, content, options.files);
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const registry: SmallRegistry = { url: "", requests: [], trouble: {}, content, close: async () => undefined };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { trouble } = registry;
    const path = decodeURIComponent(request.url ?? "");
    const { range, authorization } = request.headers;
    registry.requests.push({
      path,
      ...(range === undefined ? {} : { range }),
      ...(authorization === undefined ? {} : { authorization }),
    });
    if (trouble.down) return void request.socket.destroy();
    if (trouble.token !== undefined && authorization !== `Bearer ${trouble.token}`)
      return void response.writeHead(401).end("{}");
    if (path === `/${options.name}`) {
      const dist = { tarball: `${registry.url}tarball.tgz`, integrity };
      const versions = { [options.version]: { name: options.name, version: options.version, dist } };
      return void response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ name: options.name, versions }));
    }
    if (path !== "/tarball.tgz") return void response.writeHead(404).end("{}");
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (from >= tarball.length) return void response.writeHead(416).end();
    const bytes = Buffer.from(tarball.subarray(from));
    if (trouble.forged) bytes[bytes.length >> 1]! ^= 1;
    response.writeHead(from > 0 ? 206 : 200, { "content-length": bytes.length });
    if (trouble.cutAfter === undefined) return void response.end(bytes);
    response.write(bytes.subarray(0, trouble.cutAfter), () => setTimeout(() => response.destroy(), 50));
  };

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  registry.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  registry.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return registry;
}

async function makeTarball(
  program: string,
  content: Buffer,
  files: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: "package/README.md" }, "made up");
  archive.entry({ name: `package/${program}`, mode: 0o755 }, content);
  for (const [name, text] of Object.entries(files)) archive.entry({ name: `package/${name}` }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}
