import { createHmac } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeChannels } from "../../../../src/app/notify/channels/make.ts";
import type { Channel } from "../../../../src/app/notify/channels/types.ts";
import { writeMessage } from "../../../../src/app/notify/message.ts";
import { readNtfyUrl } from "../../../../src/config/notify-keys.ts";
import type { NotifySettings } from "../../../../src/config/notify.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { createRun } from "../../../../src/system/process/run.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";
import { loopbackService } from "../../../support/services/loopback-service.ts";
import { request, topic } from "./notify-values.ts";

const off: NotifySettings = {
  channels: [],
  details: false,
  remindMs: [],
  quiet: undefined,
  privateMachines: [],
  publicUrl: undefined,
};

function channel(
  settings: Partial<NotifySettings>,
  { env = {}, terminal }: { env?: Record<string, string>; terminal?: (text: string) => void } = {},
): Channel {
  const ctx = {
    env,
    run: createRun({ env }),
    clock: systemClock,
    signal: new AbortController().signal,
    log: () => undefined,
  };
  const [made, ...others] = makeChannels({ ctx, settings: { ...off, ...settings }, terminal });
  if (made === undefined || others.length > 0) throw new Error("not one channel");
  return made;
}

/** What an agent writes to reach a terminal, a person or a service. */
const hostile = "\u001B]52;c;AAAA\u0007<b>@everyone</b> <!channel> [x](http://evil.test) \u202E;rm\u0007 `&'\"\\";

const minimal = writeMessage(
  { topic: topic({ text: hostile }), reminder: 0 },
  { details: false, publicUrl: undefined, request: undefined },
);
const detailed = writeMessage(
  { topic: topic({ text: hostile }), reminder: 1 },
  { details: true, publicUrl: "https://cowork.example.org", request: undefined },
);

test("a message says the session and why, and what an agent wrote only if it is wanted", () => {
  expect(minimal).toMatchObject({ title: "api asks for approval", place: "shop", next: "cowork approvals --all" });
  expect(JSON.stringify({ ...minimal, topic: {} })).not.toContain("rm");
  expect(detailed).toMatchObject({
    title: "Still open: api asks for approval",
    link: "https://cowork.example.org/#/approvals",
  });
  // oxlint-disable-next-line no-control-regex -- none may be left
  expect(detailed.detail).toMatch(/^[^\u0000-\u001f\u202e]+$/);
});

describe("services", () => {
  test("a webhook gets a signed message that its library can verify, and another one when it is over", async () => {
    const service = await loopbackService();
    const secret = `whsec_${Buffer.from("a secret of some length").toString("base64")}`;
    const webhook = channel({ webhook: { url: `${service.url}/hook`, secret } });
    const ref = await webhook.send(minimal);
    await webhook.replace?.(ref ?? "", topic(), "Allowed by p.");
    const [first, second] = service.received;
    const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": given } = first?.headers ?? {};
    const key = Buffer.from(secret.slice(6), "base64");
    const mac = createHmac("sha256", key)
      .update(`${String(id)}.${String(at)}.${first?.body}`)
      .digest("base64");
    expect(given).toBe(`v1,${mac}`);
    const data = { kind: "approval", session: "api", project: "shop", host: "local", approval: "q1a", reminder: 0 };
    expect(JSON.parse(first?.body ?? "")).toMatchObject({ type: "notify.approval", data });
    expect(first?.body).not.toContain("npm");
    expect(JSON.parse(second?.body ?? "")).toMatchObject({
      type: "notify.over",
      data: { replaces: id, outcome: "Allowed by p." },
    });
  });

  test("ntfy gets JSON to the topic, with a token and an id by which it is replaced", async () => {
    const service = await loopbackService();
    const ntfy = readNtfyUrl(`${service.url}/sub/abc`);
    if (ntfy === undefined) throw new Error("no topic");
    const made = channel({ ntfy: { ...ntfy, token: "tk_0123456789abcdef" } });
    const ref = await made.send(minimal);
    await made.replace?.(ref ?? "", topic(), "over");
    const [first, second] = service.received;
    expect(first).toMatchObject({
      method: "POST",
      path: "/sub/",
      headers: { authorization: "Bearer tk_0123456789abcdef" },
    });
    expect(JSON.parse(first?.body ?? "")).toMatchObject({ topic: "abc", title: minimal.title, sequence_id: ref });
    expect(JSON.parse(second?.body ?? "")).toMatchObject({
      topic: "abc",
      sequence_id: ref,
      priority: 1,
      message: "over",
    });
  });

  test("Slack and Discord get text that mentions no one and links nowhere", async () => {
    const service = await loopbackService(() => ({ body: '{"id":"123"}' }));
    await channel({ slack: { url: `${service.url}/slack` } }).send(detailed);
    const discord = channel({ discord: { url: `${service.url}/discord?thread_id=7` } });
    const ref = await discord.send(detailed);
    await discord.replace?.(ref ?? "", topic(), "over");
    const [slack, post, patch] = service.received;
    expect(JSON.parse(slack?.body ?? "")).toMatchObject({ blocks: [{ text: { type: "plain_text" } }] });
    const posted = JSON.parse(post?.body ?? "") as { content: string };
    expect(posted).toMatchObject({ allowed_mentions: { parse: [] }, flags: 4 });
    expect(posted.content).toContain("\\[x\\]\\(http");
    expect(post).toMatchObject({ method: "POST", path: "/discord?thread_id=7&wait=true" });
    expect(patch).toMatchObject({ method: "PATCH", path: "/discord/messages/123?thread_id=7" });
  });

  test("a redirect is not followed, and no error names the URL", async () => {
    const elsewhere = await loopbackService();
    const service = await loopbackService(() => ({ status: 302, headers: { location: elsewhere.url } }));
    const error: unknown = await channel({ slack: { url: `${service.url}/s3cret` } })
      .send(minimal)
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ code: "NOTIFY_FAILED" });
    expect(String(error)).not.toContain("s3cret");
    expect(elsewhere.received).toEqual([]);
    const gone = channel({ slack: { url: "http://127.0.0.1:1/s3cret" } }).send(minimal);
    await expect(gone).rejects.toMatchObject({ message: expect.not.stringContaining("s3cret") as unknown });
  });

  test.each([
    "https://10.0.0.5/x",
    "https://[fd00::1]/x",
    "https://169.254.169.254/x",
    "https://2130706433.nip.invalid/x",
  ])("%s is not reached", async (url) => {
    await expect(channel({ slack: { url } }).send(minimal)).rejects.toMatchObject({ code: "NOTIFY_FAILED" });
  });
});

/** Programs that write down their arguments and their input. */
async function desktopPrograms(
  ...names: string[]
): Promise<{ env: Record<string, string>; calls: () => Promise<string> }> {
  const folder = await temporaryFolder();
  const [bin, log] = [join(folder, "bin"), join(folder, "calls")];
  await mkdir(bin);
  for (const name of names) {
    const script = `#!/bin/sh\n{ printf '%s\\n' "$0" "$@"; [ "$1" != - ] || cat; } >>"${log}"\necho 42\n`;
    await writeFile(join(bin, name), script.replace("$0", name));
    await chmod(join(bin, name), 0o755);
  }
  return { env: { PATH: `${bin}:/usr/bin:/bin` }, calls: async () => await readFile(log, "utf8") };
}

describe("the desktop", () => {
  test("notify-send gets no details, no markup and no option, and replaces its message", async () => {
    const { env, calls } = await desktopPrograms("notify-send");
    const desktop = channel({ channels: ["desktop"] }, { env });
    const odd = writeMessage(
      { topic: topic({ session: "-x", project: "<i>a&b" }), reminder: 0 },
      { details: true, publicUrl: undefined, request: request() },
    );
    const ref = await desktop.send(odd);
    expect(ref).toBe("42");
    await desktop.replace?.(ref ?? "", topic(), "Denied by p.");
    const said = await calls();
    expect(said).toContain("--\n-x asks for approval\n&lt;i&gt;a&amp;b");
    expect(said).toContain("--replace-id=42\n--\napi\nDenied by p.");
    expect(said).not.toContain("npm");
  });

  test("osascript gets its script through stdin, as text that cannot be anything else", async () => {
    const { env, calls } = await desktopPrograms("osascript");
    await channel({ channels: ["desktop"] }, { env }).send(detailed);
    const [name, argument, script = "", ...rest] = (await calls()).trimEnd().split("\n");
    expect([name, argument, rest]).toEqual(["osascript", "-", []]);
    expect(script).toMatch(/^display notification "(?:[^"\\]|\\.)*" with title "(?:[^"\\]|\\.)*"$/);
  });

  test("without both, the terminal gets one sequence that no text can end", async () => {
    const written: string[] = [];
    const terminal = (text: string): void => void written.push(text);
    const env = { PATH: "/nowhere" };
    const odd = writeMessage(
      { topic: topic({ session: "a;b\u0007c\u001B]0;x\u0007" }), reminder: 0 },
      { details: true, publicUrl: undefined, request: undefined },
    );
    await channel({ channels: ["desktop"] }, { env, terminal }).send(odd);
    await channel({ channels: ["desktop"] }, { env: { ...env, TERM_PROGRAM: "iTerm.app" }, terminal }).send(odd);
    // oxlint-disable-next-line no-control-regex -- exactly one sequence
    expect(written[0]).toMatch(/^\u001B\]777;notify;[^;\u0000-\u001f]*;[^;\u0000-\u001f]*\u0007$/);
    // oxlint-disable-next-line no-control-regex -- exactly one sequence
    expect(written[1]).toMatch(/^\u001B\]9;cowork: [^;\u0000-\u001f]*\u0007$/);
    await expect(channel({ channels: ["desktop"] }, { env }).send(odd)).rejects.toMatchObject({
      code: "PROGRAM_MISSING",
    });
  });
});
