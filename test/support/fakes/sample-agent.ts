import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Agent, AgentId } from "../../../src/agent/types.ts";
import { readLoginFile } from "../../../src/agent/login-file.ts";
import { pathExists } from "../../../src/system/files/files.ts";

/** Its program: prints what it was started with; with `settle` it writes where it may, and tries to where it may not. */
export const sampleProgram = `#!/bin/sh
if [ "\${1-}" = settle ]; then
  { echo no >"$SAMPLE_CACHE/../vendor/new"; } 2>/dev/null
  echo "settled by $(id -u) $SAMPLE_SETTLE" >"$SAMPLE_CACHE/made"
  exit
fi
echo "uid=$(id -u)"
for name in SAMPLE_HOME SAMPLE_CACHE SAMPLE_TOKEN SAMPLE_URL SAMPLE_DEBUG_API SAMPLE_DEBUG_LOG KEPT; do
  eval "value=\\\${$name-(unset)}"
  echo "$name=$value"
done
for word in "$@"; do echo "arg=$word"; done
`;

/** A made-up agent that uses every optional part of the interface, and in other ways than Claude. */
export const sampleAgent: Agent = {
  id: "sample" as AgentId,
  title: "Sample Agent",
  install: {
    pinned: "1.2.3",
    oldest: { version: "1.0.0", why: "older versions do nothing" },
    wanted: () => undefined,
    package: (variant, version) => {
      const [, processor] = variant.split("-");
      if (processor === "arm64") return { unavailable: "its vendor has no program for this processor" };
      return {
        name: "@made-up/sample",
        version: `${version}-linux-x64`,
        keep: ["vendor/bin", "vendor/help.txt"],
        program: "vendor/bin/sample",
        as: "linux-x64",
        needs: variant.endsWith("-musl") ? [{ library: "libsample.so.6", hint: "add the package sample-libs" }] : [],
      };
    },
    settle: { args: ["settle", "now"], env: { SAMPLE_SETTLE: "yes" }, folder: "cache" },
  },
  launch: {
    env: { SAMPLE_HOME: "/cowork/session/sample" },
    installed: { SAMPLE_CACHE: "cache" },
    args: ["--first", "two words; $(no command) 'quoted'"],
    policy: {
      target: "/etc/sample",
      shared: { "rules.d/base.json": '{"base":true}\n', "managed.toml": "shared = true\n" },
      session: ({ allow }) => ({
        "rules.d/base.json": '{"base":true}\n',
        "rules.d/session.json": `${JSON.stringify({ allow })}\n`,
        "managed.toml": "shared = false\n",
      }),
    },
    secret: { variable: "SAMPLE_TOKEN", file: "token" },
    links: ["login.json"],
  },
  login: {
    commands: {
      login: { args: ["login", "--device"], how: "device-code" },
      token: { args: ["login", "--with-token"], how: "token" },
    },
    read: async (ctx) => {
      const file = await readLoginFile(ctx, "sample", "token");
      return "login" in file ? file.login : { state: "ok", detail: "logged in" };
    },
    begin: async (_ctx, configFolder) => await writeFile(join(configFolder, "begun"), "yes"),
    remember: async (ctx, configFolder) => {
      if (await pathExists(join(configFolder, "printed")))
        await writeFile(join(ctx.paths.vault("sample"), "token"), "made-up-token\n", { mode: 0o600 });
    },
    forget: async (ctx) => {
      const path = join(ctx.paths.vault("sample"), "token");
      const was = await pathExists(path);
      await rm(path, { force: true });
      return was;
    },
    files: ["token", "login.json"],
    renewal: { kind: "cowork", lock: ".renewal.lock", locks: [".renewal.lock"], program: "sample-renew" },
  },
  keepOut: ["SAMPLE_URL", "SAMPLE_DEBUG_*"],
  conversations: ["talks"],
  prepare: async () => [],
  stop: { process: "MainThread", installed: true },
};

/** The same, with a login that is never renewed. */
export const restingAgent: Agent = { ...sampleAgent, login: { ...sampleAgent.login, renewal: { kind: "none" } } };
