import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../../../src/commands/line/cli.ts";
import { readNotifySettings, readPublicUrl } from "../../../src/config/notify.ts";
import { resolveSettings } from "../../../src/config/resolve.ts";
import { coworkPaths, type Paths } from "../../../src/system/paths.ts";
import { hostUser } from "../../../src/system/user.ts";
import { fakeCaller } from "../../support/fakes/fake-caller.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const slack = "https://hooks.slack.com/services/T0/B0/s3cret";

let home: string;
let paths: Paths;

beforeEach(async () => {
  home = await temporaryFolder();
  paths = coworkPaths(home);
});

const user = hostUser({
  uid: process.getuid?.() ?? 1000,
  gid: process.getgid?.() ?? 1000,
  username: "person",
  homedir: "/home/person",
});

async function read(text: string, mode = 0o600): Promise<Awaited<ReturnType<typeof readNotifySettings>>> {
  await writeFile(paths.userConf, text);
  await chmod(paths.userConf, mode);
  return await readNotifySettings({ paths, user });
}

describe("the user's file alone", () => {
  test("no repository and no variable can set where messages and secrets go", () => {
    const all = { NOTIFY: "slack", NOTIFY_TELEGRAM_API: "https://evil.test", NOTIFY_SLACK: "https://evil.test/x" };
    const env = Object.fromEntries(Object.entries(all).map(([key, value]) => [`COWORK_${key}`, value]));
    const { resolved } = resolveSettings({ flags: all, env, project: all, user: {}, cpus: 2 });
    const found = resolved.filter(({ key }) => key in all).map(({ value, origin }) => `${value} ${origin}`);
    expect(found).toEqual(["off default", "https://api.telegram.org default", " default"]);
  });

  test("without a file, messages are off and reminders have their default", async () => {
    expect(await readNotifySettings({ paths, user })).toMatchObject({ channels: [], remindMs: [300_000, 1_800_000] });
    expect(await readPublicUrl({ paths })).toBeUndefined();
  });

  test("all values are read", async () => {
    const text = [
      "NOTIFY=desktop, telegram ntfy",
      "NOTIFY_DETAILS=on",
      "NOTIFY_REMIND=off",
      "NOTIFY_QUIET=22:00-7:30",
      "NOTIFY_PRIVATE=ntfy.lan 10.0.0.5",
      "NOTIFY_TELEGRAM_TOKEN=1:abcdefghijklmnopqrstuvwxyz",
      "NOTIFY_TELEGRAM_CHAT=42",
      "NOTIFY_NTFY=https://ntfy.lan/a/short",
      "NOTIFY_NTFY_TOKEN=tk_0123456789abcdef",
      "PUBLIC_URL=https://cowork.example.org",
    ];
    expect(await read(text.join("\n"))).toMatchObject({
      channels: ["desktop", "telegram", "ntfy"],
      details: true,
      remindMs: [],
      quiet: { from: 1320, to: 450 },
      privateMachines: ["ntfy.lan", "10.0.0.5"],
      telegram: { chat: "42", user: "42", api: "https://api.telegram.org" },
      ntfy: { topic: "short", server: new URL("https://ntfy.lan/a/") },
      publicUrl: "https://cowork.example.org",
    });
  });

  test.each([
    ["NOTIFY=slack", "NOTIFY_SLACK is not set"],
    ["NOTIFY=pager", "NOTIFY=pager"],
    ["NOTIFY_REMIND=30m,5m", "NOTIFY_REMIND"],
    ["NOTIFY_QUIET=25:00-07:00", "NOTIFY_QUIET"],
    ["NOTIFY=slack\nNOTIFY_SLACK=http://hooks.example.org/x", "NOTIFY_SLACK"],
    ["NOTIFY=slack\nNOTIFY_SLACK=https://user:pw@hooks.example.org/x", "NOTIFY_SLACK"],
    [
      "NOTIFY=telegram\nNOTIFY_TELEGRAM_TOKEN=1:abcdefghijklmnopqrstuvwxyz\nNOTIFY_TELEGRAM_CHAT=-5",
      "NOTIFY_TELEGRAM_USER",
    ],
    ["NOTIFY=ntfy\nNOTIFY_NTFY=https://ntfy.sh/alerts", "can be guessed"],
    ["PUBLIC_URL=http://cowork.example.org", "PUBLIC_URL"],
  ])("%j is refused", async (text, why) => {
    await expect(read(text)).rejects.toMatchObject({
      code: "CONFIG_VALUE_INVALID",
      message: expect.stringContaining(why) as unknown,
    });
  });

  test("a file that others can read must not have a secret", async () => {
    await expect(read(`NOTIFY_SLACK=${slack}`, 0o640)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      hint: `chmod 600 ${paths.userConf}`,
    });
    expect(await read("NOTIFY=desktop", 0o644)).toMatchObject({ channels: ["desktop"] });
  });
});

describe("cowork config", () => {
  const run = async (line: string, input?: string): Promise<{ code: number; out: string; err: string }> => {
    const caller = fakeCaller({
      cwd: home,
      home,
      env: { COWORK_HOME: home },
      ...(input === undefined ? {} : { input }),
    });
    const code = await runCli(line.split(" "), caller);
    return { code, out: caller.stdout(), err: caller.stderr() };
  };

  test("a secret comes from stdin, and is neither shown nor readable by others", async () => {
    await writeFile(paths.userConf, "CPUS=2\n", { mode: 0o644 });
    const refused = await run(`config set NOTIFY_SLACK ${slack}`);
    expect([refused.code, refused.err.includes("cowork config set NOTIFY_SLACK\n")]).toEqual([2, true]);
    expect(refused.err).not.toContain("s3cret");
    expect(await run("config set NOTIFY_SLACK", `${slack}\n`)).toMatchObject({ code: 0 });
    expect(await readFile(paths.userConf, "utf8")).toBe(`CPUS=2\nNOTIFY_SLACK=${slack}\n`);
    expect((await stat(paths.userConf)).mode & 0o777).toBe(0o600);
    for (const line of ["list", "list --user", "list --json", "get NOTIFY_SLACK", "get NOTIFY_SLACK --json --user"]) {
      const { out, err } = await run(`config ${line}`);
      expect(out).toContain("(secret)");
      expect(out + err).not.toContain("s3cret");
    }
    const nothing = await run("config set NOTIFY_SLACK", "\n");
    expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining("cowork config unset NOTIFY_SLACK")]);
    expect(await readFile(paths.userConf, "utf8")).toContain(slack);
    const wrong = await run("config set NOTIFY_SLACK", "ftp://s3cret");
    expect([wrong.code, wrong.err.includes("s3cret")]).toEqual([2, false]);
    expect((await run("config unset NOTIFY_SLACK")).code).toBe(0);
    expect(await readFile(paths.userConf, "utf8")).toBe("CPUS=2\n");
  });

  test("the misspelt name of a secret is not shown either", async () => {
    await writeFile(join(paths.userConf), "NOTIFY_TELEGRAM=1:s3cret\nSLACK_TOKEN=s3cret\n");
    expect((await run("config list --user")).out).not.toContain("s3cret");
  });
});
