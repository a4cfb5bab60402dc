import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readSetup, setUp, undoSetup } from "../../../src/app/set-up/setup.ts";
import { isSameUnit, unitText } from "../../../src/app/set-up/setup-unit.ts";
import { createContext } from "../../../src/app/create-context.ts";
import { findProgram } from "../../../src/system/process/find-program.ts";
import type { Answer } from "../../../src/contract/questions.ts";
import type { Context } from "../../../src/system/context.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { loopbackService } from "../../support/services/loopback-service.ts";

let home: string;
let bin: string;

beforeEach(async () => {
  home = await temporaryFolder();
  bin = join(home, "bin");
  await mkdir(bin);
});

/** A program that writes down its arguments. @param fails matches the arguments with which it fails */
async function program(name: string, fails = ""): Promise<void> {
  const script = `#!/bin/sh\necho "${name} $*" >>"${home}/calls"\ncase "$*" in ${fails || "'no such'"}) echo nope >&2; exit 1 ;; esac\n`;
  await writeFile(join(bin, name), script);
  await chmod(join(bin, name), 0o755);
}

const calls = async (): Promise<string[]> =>
  (await readFile(join(home, "calls"), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");

interface Answers {
  choices?: Answer[];
  confirms?: boolean[];
  secrets?: (string | undefined)[];
}

function context(
  { choices = [], confirms = [], secrets = [] }: Answers = {},
  env: Record<string, string> = {},
): Context {
  return createContext({
    home: join(home, ".cowork"),
    env: { PATH: `${bin}:/usr/bin:/bin`, HOME: home, SHELL: "", ...env },
    identity: { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000, username: "person", homedir: home },
    node: { path: process.execPath, version: process.versions.node },
    self: ["/bin/true"],
    signal: new AbortController().signal,
    report: () => undefined,
    makeQuestions: () => ({
      ask: async ({ kind }) => (kind === "choice" ? (choices.shift() ?? null) : (confirms.shift() ?? false)),
      askSecret: async () => secrets.shift(),
    }),
  });
}

async function item(ctx: Context, name: string): Promise<Awaited<ReturnType<typeof readSetup>>[number] | undefined> {
  return (await readSetup(ctx)).find((one) => one.name === name);
}

const confFile = (): string => join(home, ".cowork", ".cowork.conf");

describe("notifications", () => {
  const before = "# mine\nCPUS=2\n";

  async function set(answers: Answers): Promise<Awaited<ReturnType<typeof setUp>>> {
    const ctx = context(answers);
    const found = await item(ctx, "notifications");
    if (found === undefined) throw new Error("no item");
    return await setUp(ctx, found);
  }

  test("a channel is written to a file that only the user can read, and tested; --undo removes just that", async () => {
    const { url, received } = await loopbackService();
    await mkdir(join(home, ".cowork"));
    await writeFile(confFile(), before, { mode: 0o644 });
    const made = await set({ choices: ["slack"], confirms: [true], secrets: [`${url}/hook?a=1;b`] });
    expect(made).toMatchObject({ state: "set-up", note: "A test message was sent." });
    expect(received).toHaveLength(1);
    expect((await stat(confFile())).mode & 0o777).toBe(0o600);
    const text = await readFile(confFile(), "utf8");
    expect(text).toMatch(/^# mine\nCPUS=2\n# >>> cowork setup: notifications >>>\nNOTIFY=slack\n/);
    expect(text).toContain("NOTIFY_DETAILS=on");
    const ctx = context();
    const now = await item(ctx, "notifications");
    expect(now).toMatchObject({ state: "set-up" });
    expect(now && (await undoSetup(ctx, now))).toMatchObject({ state: "not-set-up" });
    expect(await readFile(confFile(), "utf8")).toBe(before);
  });

  test("a new file is removed again; a webhook and a topic of ntfy get secrets that cannot be guessed", async () => {
    await set({ choices: ["webhook"], secrets: ["https://127.0.0.1:1/", ""] });
    expect(await readFile(confFile(), "utf8")).toMatch(/NOTIFY_WEBHOOK_SECRET="?whsec_[A-Za-z0-9+/]{43}=/);
    const ctx = context();
    const now = await item(ctx, "notifications");
    if (now !== undefined) await undoSetup(ctx, now);
    await expect(stat(confFile())).rejects.toThrow("ENOENT");
    const made = await set({ choices: ["ntfy"], secrets: ["https://127.0.0.1:1", ""] });
    expect(await readFile(confFile(), "utf8")).toMatch(/NOTIFY_NTFY=https:\/\/127\.0\.0\.1:1\/cowork-[\w-]{22}\n/);
    expect(made.note).toContain("cowork doctor --notify");
  });

  test("without an answer, or with a wrong one, nothing is written and no error has the secret", async () => {
    expect(await set({})).toMatchObject({ state: "not-set-up" });
    expect(await set({ choices: ["slack"], secrets: [undefined] })).toMatchObject({ state: "not-set-up" });
    const error: unknown = await set({ choices: ["slack"], secrets: ["http://s3cret.test/"] }).catch(
      (one: unknown) => one,
    );
    expect(error).toMatchObject({ code: "CONFIG_VALUE_INVALID" });
    expect(String(error)).not.toContain("s3cret");
    await expect(stat(confFile())).rejects.toThrow("ENOENT");
  });

  test("what the user set by hand is kept", async () => {
    await mkdir(join(home, ".cowork"));
    await writeFile(confFile(), "NOTIFY=desktop\n");
    expect(await item(context(), "notifications")).toMatchObject({ state: "by-hand" });
  });
});

describe("the background service", () => {
  const runtime = async (): Promise<Record<string, string>> => {
    await mkdir(join(home, "run", "systemd"), { recursive: true });
    return { XDG_RUNTIME_DIR: join(home, "run"), DOCKER_HOST: "unix:///run/my docker.sock" };
  };
  const unit = (): string => join(home, ".config", "systemd", "user", "cowork.service");

  test("it is a unit of the user's systemd, started at once; --undo stops and removes it", async () => {
    await program("systemctl");
    const ctx = context({}, await runtime());
    const found = await item(ctx, "service");
    expect(found).toMatchObject({ state: "not-set-up", file: unit() });
    if (found === undefined) return;
    expect(await setUp(ctx, found)).toMatchObject({
      state: "set-up",
      note: expect.stringContaining("enable-linger") as unknown,
    });
    expect(await calls()).toEqual(
      ["daemon-reload", "enable cowork.service", "restart cowork.service"].map((one) => `systemctl --user ${one}`),
    );
    expect(await readFile(unit(), "utf8")).toContain('ExecStart="/bin/true" "serve"\n');
    const other = context({}, { ...(await runtime()), PATH: `${bin}:/elsewhere` });
    expect(await item(other, "service")).toMatchObject({ state: "set-up" });
    expect(await item(context({}, { ...(await runtime()), DOCKER_HOST: "" }), "service")).toMatchObject({
      state: "outdated",
    });
    expect(await undoSetup(ctx, { ...found, state: "set-up" })).toMatchObject({ state: "not-set-up" });
    expect((await calls()).slice(3)).toEqual([
      "systemctl --user disable --now cowork.service",
      "systemctl --user daemon-reload",
    ]);
  });

  test("a unit of that name that is the user's is kept; a failure says what to type", async () => {
    await program("systemctl", "*enable*");
    await mkdir(join(home, ".config", "systemd", "user"), { recursive: true });
    await writeFile(unit(), "[Service]\nExecStart=/bin/mine\n");
    const ctx = context({}, await runtime());
    const own = await item(ctx, "service");
    expect(own).toMatchObject({ state: "taken" });
    if (own !== undefined) await undoSetup(ctx, own);
    expect(await readFile(unit(), "utf8")).toContain("/bin/mine");
    await expect(setUp(ctx, { name: "service", file: unit(), state: "not-set-up" })).rejects.toMatchObject({
      message: "systemctl --user enable cowork.service failed: nope",
    });
  });

  test("without a service manager there is none, and launchd is not supported yet", async () => {
    expect(await item(context(), "service")).toBeUndefined();
    await program("launchctl");
    expect(await item(context(), "service")).toMatchObject({ state: "unsupported" });
  });

  test("no path and no variable can be anything else in the unit", () => {
    const self: Context["self"] = ["/node", "-e", "x", "--", '/o dd/$HOME/%h/"q"\\'];
    const text = unitText({ self, env: { COWORK_HOME: "/a\nExecStart=/bin/evil", PATH: "/usr/bin:/%i" } });
    expect(text.split("\n").filter((line) => /^(ExecStart|Environment)=/.test(line))).toEqual([
      String.raw`ExecStart="/o dd/$$HOME/%%h/\"q\"\\" "serve"`,
      'Environment="PATH=/usr/bin:/%%i"',
    ]);
    expect(isSameUnit(text, unitText({ self, env: {} }))).toBe(true);
  });

  const analyze = findProgram(process.env, "systemd-analyze");

  /** What systemd says about a unit; on a machine without it, the lines that are of no form that it knows. */
  async function complaints(text: string): Promise<string> {
    const file = join(home, "cowork.service");
    await writeFile(file, text);
    const known =
      /^(#.*|\[(Unit|Service|Install)\]|(Description|ExecStart|Environment|RestartSec|WantedBy|RestartPreventExitStatus)=.+|Restart=on-failure|KillMode=process|)$/;
    if (analyze === undefined)
      return text
        .split("\n")
        .filter((line) => !known.test(line))
        .join("\n");
    const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home };
    return execFileSync("sh", ["-c", `"$0" --user verify "$1" 2>&1; true`, analyze, file], { env }).toString();
  }

  test("systemd takes the unit", async () => {
    const text = unitText({ self: ["/bin/true"], env: { PATH: "/usr/bin", DOCKER_HOST: "unix:///run/a b" } });
    expect(await complaints(text)).toBe("");
    expect(await complaints(text.replace("Restart=on-failure", "Restart=sometimes"))).not.toBe("");
  });
});
