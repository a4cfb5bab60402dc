/**
 * A fake of the vendor's API: token, profile and message endpoints, with made-up tokens. It runs in a container on an internal
 * network under the vendor's host names, reads `control.json` at each request and logs one request per line to `journal.jsonl`.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { zstdDecompressSync } from "node:zlib";
import { profile, sendJson } from "./answers.ts";
import { createCodex } from "./codex/handle.ts";
import { codexNames } from "./codex/names.ts";
import { createControl } from "./control.ts";
import { createCopilot } from "./copilot/handle.ts";
import { copilotNames } from "./copilot/names.ts";
import { createMessages } from "./messages.ts";
import { createTokens, type Grant } from "./tokens.ts";

const folder = process.argv[2] ?? "/stand-in";
const tokens = createTokens();

const control = createControl(`${folder}/control.json`);
const journal = (entry: object): void => appendFileSync(`${folder}/journal.jsonl`, `${JSON.stringify(entry)}\n`);

const messages = createMessages(folder, control, journal);
const codex = createCodex(folder, control, journal);
const copilot = createCopilot(folder, control, journal);

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const isPacked = request.headers["content-encoding"] === "zstd";
  const text = (isPacked ? zstdDecompressSync(bytes) : bytes).toString();
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}

async function token(body: Record<string, unknown>, response: ServerResponse, entry: object): Promise<void> {
  const { refreshDelay = 0, expiresIn = 28_800, refuseRefresh = false } = control.read();
  const isRefresh = body.grant_type === "refresh_token";
  const refresh = (): Grant | undefined => (refuseRefresh ? undefined : tokens.refresh(String(body.refresh_token)));
  const grant = isRefresh ? refresh() : tokens.login();
  journal({
    ...entry,
    what: isRefresh ? "refresh" : "login",
    ok: grant !== undefined,
    family: grant?.family,
    revoked: tokens.revoked(),
  });
  if (grant === undefined)
    return sendJson(response, 400, { error: "invalid_grant", error_description: "Refresh token not found or invalid" });
  if (isRefresh && refreshDelay > 0) await new Promise((resolve) => setTimeout(resolve, refreshDelay));
  sendJson(response, 200, {
    token_type: "Bearer",
    access_token: grant.access,
    refresh_token: grant.refresh,
    expires_in: Number(body.expires_in ?? expiresIn),
    scope: typeof body.scope === "string" ? body.scope : "user:inference user:profile user:sessions:claude_code",
    account: { uuid: profile.account.uuid, email_address: profile.account.email },
    organization: { uuid: profile.organization.uuid, name: profile.organization.name },
  });
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const host = String(request.headers.host);
  const path = new URL(request.url ?? "/", `https://${host}`).pathname;
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  const { method = "", headers } = request;
  if (copilotNames.includes(host))
    return await copilot({ host, method, path, body, authorization: headers.authorization }, response);
  if (codexNames.includes(host)) return await codex({ host, path, body, bearer }, request, response);
  const family = bearer === undefined ? undefined : tokens.check(bearer);
  const entry = { host, method: request.method, path, bearer, apiKey: request.headers["x-api-key"], family };
  if (path === "/v1/oauth/token") return token(body, response, entry);
  if (path === "/v1/oauth/token/revoke") {
    tokens.revoke(String(body["token"]));
    journal({ ...entry, what: "logout", ok: true, revoked: tokens.revoked() });
    return sendJson(response, 200, {});
  }
  const own = host === "api.anthropic.com";
  if (own && path === "/v1/messages" && family !== undefined) {
    return messages.answer(body, response, entry);
  }
  if (own && path.startsWith("/api/oauth/profile") && family !== undefined) {
    journal({ ...entry, what: "profile", ok: true });
    return sendJson(response, 200, profile);
  }
  const refused = own && ["/v1/messages", "/api/oauth/profile"].includes(path);
  journal({ ...entry, what: refused ? "refused" : "other", ok: false });
  const error = refused
    ? { type: "authentication_error", message: "OAuth token is not valid" }
    : { type: "not_found_error", message: "not here" };
  sendJson(response, refused ? 401 : 404, { type: "error", error });
}

/** An attacker: a proxy on port 3128 that redirects every connection to a server with the attacker's certificate. */
function startThief(): void {
  const options = { cert: pem("thief.pem"), key: pem("thief-key.pem") };
  const seen = (request: IncomingMessage, response: ServerResponse): void => {
    journal({ what: "stolen", host: request.headers.host, path: request.url, bearer: request.headers.authorization });
    response.writeHead(404, { "x-should-retry": "false" });
    response.end();
  };
  createServer(options, seen).listen(8443);
  const proxy = createHttpServer(seen);
  proxy.on("connect", (request, socket) => {
    journal({ what: "proxy", host: request.url });
    const inner = connect(8443, "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
    inner.on("error", () => socket.destroy());
    socket.on("error", () => inner.destroy());
    inner.pipe(socket).pipe(inner);
  });
  proxy.listen(3128);
}

const pem = (name: string): Buffer => readFileSync(`${folder}/${name}`);
createServer({ cert: pem("cert.pem"), key: pem("key.pem") }, (request, response) => {
  handle(request, response).catch((error: unknown) => {
    journal({ what: "failed", error: String(error) });
    response.destroy();
  });
}).listen(443, () => journal({ what: "listening" }));
startThief();
process.on("SIGTERM", () => process.exit(0));
