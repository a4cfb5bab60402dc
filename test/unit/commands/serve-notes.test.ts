import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runServer } from "../../../src/commands/control-plane/serve-run.ts";
import { realParts } from "../../../src/commands/process/app-parts.ts";
import { createApp } from "../../../src/commands/process/create-app.ts";
import { createTerminal } from "../../../src/ui/terminal/terminal.ts";
import { fakeCaller } from "../../support/fakes/fake-caller.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

test.each([false, true])(
  "a server says what is wrong with the notifications' settings; with --json: %s",
  async (json) => {
    const home = await temporaryFolder();
    await mkdir(join(home, ".cowork"));
    await writeFile(join(home, ".cowork", ".cowork.conf"), "NOTIFY=telegram\n", { mode: 0o600 });
    const own = { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000, username: "person", homedir: home };
    const caller = { ...fakeCaller({ cwd: home, home }), identity: () => own };
    const terminal = createTerminal(caller.streams, { env: caller.env, noColour: true });
    const globals = { host: undefined, json, verbose: false, "no-color": true, help: false };
    const app = createApp(caller, terminal, globals, realParts);
    const serving = runServer(app, { port: undefined, untilIdle: false });
    await expect
      .poll(() => caller.stderr())
      .toContain("note: NOTIFY names telegram, but NOTIFY_TELEGRAM_CHAT is not set.");
    caller.interrupt(130);
    expect(await serving).toBe(130);
    app.stop();
    // The note is not part of what a program reads.
    expect(caller.stdout()).toMatch(json ? /^\{[^]*"port": \d+[^]*\}\n$/ : /^$/);
  },
);
