import { lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { logout } from "../../../src/auth/logout.ts";
import { authStatus } from "../../../src/auth/status.ts";
import { homeId } from "../../../src/system/home-id.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { logInByCode } from "../../support/stand-in/log-in-by-code.ts";
import { plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { script } from "../../support/stand-in/script.ts";
import { startVendor, type Entry, type Vendor } from "../../support/stand-in/vendor.ts";

// The real program against a stand-in of its vendor, in containers with the launcher and the policy of sessions.

let vendor: Vendor;
let host: AgentHost;
let vault: string;
let count = 0;
const elsewhere = "https://elsewhere.example";

beforeAll(async () => {
  vendor = await startVendor("agent-codex");
  host = await agentHost({ agent: "codex" });
  vault = host.ctx.paths.vault("codex");
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

beforeEach(() => vendor.clearJournal());

async function session(env: Record<string, string> = {}, image = vendor.image): Promise<PlainSession> {
  return await plainSession(host, vendor, { id: `p-codex-${(count += 1)}`, env, image });
}
const exec = ["codex", "exec", "--json", "--skip-git-repo-check"];
const of = async (what: Entry["what"]): Promise<Entry[]> => (await vendor.journal()).filter((one) => one.what === what);
/** Texts of the agent in what `exec` printed. */
const said = (out: string): string[] =>
  [...out.matchAll(/"type":"agent_message","text":("(?:[^"\\]|\\.)*")/g)].map(
    ([, text]) => JSON.parse(text!) as string,
  );

test("a login by device code is stored in the vault alone", async () => {
  const { login, shown } = await logInByCode(host, vendor);
  expect(shown).toContain("https://auth.openai.com/codex/device");
  expect(login).toMatchObject({ state: "ok", method: "ChatGPT", plan: "pro", account: "made-up@example.com" });
  const file = await lstat(join(vault, "auth.json"));
  expect([file.uid, file.mode & 0o777]).toEqual([host.ctx.user.sessionUid, 0o600]);
  expect((await readdir(join(vault, ".."))).toSorted()).toEqual(["codex"]);
  expect(JSON.stringify(await authStatus(host.ctx, host.agent))).not.toMatch(/rt-made-up|eyJ/);
});

test("a session uses the login and the user's instructions, reports what it does, and asks no one", async () => {
  await mkdir(join(host.ctx.user.home, ".codex"));
  await writeFile(join(host.ctx.user.home, ".codex", "AGENTS.md"), "MADE-UP RULE: be brief");
  const made = await session();
  const prompt = script([
    { text: "I do it.", tools: [{ name: "exec_command", input: { cmd: "echo one >added" } }] },
    { text: "Done." },
  ]);
  const { out } = await made.run([...exec, prompt]);
  expect(said(out), out).toEqual(["I do it.", "Done."]);
  expect(await readFile(join(made.work, "added"), "utf8")).toBe("one\n");
  expect((await of("message")).map(({ knows }) => knows)).toEqual([true, true]);
  const inbox = join(host.ctx.paths.events(made.id), "inbox");
  const reports = (await readdir(inbox)).map((name) => name.split(".").at(-1));
  expect(reports).toEqual(
    expect.arrayContaining(["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop", "SessionEnd"]),
  );
});

test("a new login does not end the old one before it is there", async () => {
  await vendor.control({ codex: { pending: true } });
  const before = await readFile(join(vault, "auth.json"), "utf8");
  const interrupt = new AbortController();
  const done = logInByCode({ ...host, ctx: { ...host.ctx, signal: interrupt.signal } }, vendor);
  await expect.poll(() => of("asked")).not.toEqual([]);
  interrupt.abort();
  await expect(done).rejects.toMatchObject({ code: "INTERRUPTED" });
  await vendor.control({});
  expect(await of("logout")).toEqual([]);
  expect(await readFile(join(vault, "auth.json"), "utf8")).toBe(before);
});

test("a session cannot log out all others", async () => {
  const made = await session();
  expect((await made.run(["codex", "logout"])).code).toBe(0);
  expect(await of("logout")).toEqual([]);
  expect(said((await made.run([...exec, "hi"])).out)).toEqual(["made-up answer"]);
});

test("variables of a container send the login nowhere, and the status names them", async () => {
  const hostile = {
    CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${elsewhere}/oauth/token`,
    CODEX_REVOKE_TOKEN_URL_OVERRIDE: `${elsewhere}/oauth/revoke`,
    CODEX_AUTHAPI_BASE_URL: elsewhere,
    CODEX_APP_SERVER_LOGIN_ISSUER: elsewhere,
    CODEX_APP_SERVER_CHATGPT_BASE_URL: elsewhere,
    OPENAI_BASE_URL: `${elsewhere}/v1`,
    OPENAI_API_KEY: "sk-made-up",
    CODEX_API_KEY: "sk-made-up",
  };
  // the launcher renews it
  await vendor.control({ codex: { expiresIn: 600, age: 60 } });
  await logInByCode(host, vendor);
  await vendor.control({});
  await vendor.clearJournal();
  const made = await session(hostile);
  await mkdir(join(made.work, ".codex"));
  const config = [
    `chatgpt_base_url = "${elsewhere}/backend-api/"`,
    `openai_base_url = "${elsewhere}/v1"`,
    'model_provider = "other"',
    `[model_providers.other]\nname = "other"\nbase_url = "${elsewhere}/v1"\nrequires_openai_auth = true`,
  ];
  await writeFile(join(made.work, ".codex", "config.toml"), config.join("\n"));
  expect(said((await made.run([...exec, "hi"])).out)).toEqual(["made-up answer"]);
  expect(await of("refresh")).toMatchObject([{ ok: true, host: "auth.openai.com" }]);
  const journal = await vendor.journal();
  expect(journal.filter((one) => one.host?.endsWith(".example"))).toEqual([]);
  expect(journal.filter((one) => one.bearer?.startsWith("sk-"))).toEqual([]);
  expect((await of("message")).length).toBeGreaterThan(0);
  const { threats } = await authStatus(host.ctx, host.agent);
  expect(threats.join()).toContain("CODEX_REFRESH_TOKEN_URL_OVERRIDE");
});

test("a proxy with its own certificate gets no token", async () => {
  const made = await session({
    HTTPS_PROXY: vendor.thief.proxy,
    SSL_CERT_FILE: "/work/thief.pem",
    CODEX_CA_CERTIFICATE: "/work/thief.pem",
  });
  await writeFile(join(made.work, "thief.pem"), await readFile(vendor.thief.authority));
  await made.run(["timeout", "4", ...exec, "hi"]);
  expect((await of("proxy")).length).toBeGreaterThan(0);
  expect(await of("stolen")).toEqual([]);
  // Not through the launcher, it would.
  await made.run([
    "sh",
    "-c",
    "timeout 4 /opt/cowork/agents/codex/*/*/vendor/*/bin/codex exec --skip-git-repo-check hi",
  ]);
  expect((await of("stolen")).map(({ bearer }) => bearer)).toContainEqual(expect.stringMatching(/^Bearer eyJ/));
});

test("in a container with nothing but busybox the same program runs, and its login is renewed", async () => {
  const image = `cowork-test-codex:${homeId(host.ctx.paths)}`;
  const steps = [
    `FROM ${vendor.image} AS made`,
    "RUN apt-get update && apt-get install -y --no-install-recommends busybox-static",
    "FROM scratch",
    "COPY --from=made /bin/busybox /bin/busybox",
    "COPY --from=made /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt",
    'RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install -s /bin && mkdir -p /tmp /usr/bin /work && chmod 1777 /tmp"]',
    'ENV PATH="/bin"',
  ];
  await execa("docker", ["build", "-t", image, "--label", "cowork.test=agent-codex", "-"], { input: steps.join("\n") });
  try {
    await vendor.control({ codex: { expiresIn: 600, age: 60 } });
    await logInByCode(host, vendor);
    await vendor.control({});
    const made = await session({}, image);
    const { out } = await made.run([...exec, "hi"]);
    expect(said(out), out).toEqual(["made-up answer"]);
    expect(await of("refresh")).toMatchObject([{ ok: true }]);
    await execa("docker", ["rm", "-f", made.container]);
  } finally {
    await execa("docker", ["rmi", "-f", image], { reject: false });
  }
});

test("logout ends the login at the vendor and removes it from the vault", async () => {
  const stop = vendor.adoptLogin(homeId(host.ctx.paths));
  const request = { settings: host.settings, image: vendor.image };
  const result = await logout(host.ctx, host.agent, async () => request).finally(stop);
  expect(result.loggedOut).toBe(true);
  expect(await of("logout")).toHaveLength(1);
  expect(await readdir(vault)).not.toContain("auth.json");
  const made = await session();
  expect((await made.run(["timeout", "2", ...exec, "hi"])).out).toContain("cowork auth login --agent codex");
});
