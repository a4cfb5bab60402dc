import { describe, expect, test } from "vitest";
import { getKey, parseValue } from "../../../src/config/keys.ts";
import { configKeys } from "../../../src/config/key-list.ts";
import { resolveSettings, trackedFindings, type SettingSources } from "../../../src/config/resolve.ts";

const nothing: SettingSources = { flags: {}, env: {}, cpus: 2 };

describe("precedence", () => {
  const layers: SettingSources = {
    flags: { MEMORY: "1g" },
    env: { COWORK_MEMORY: "2g", COWORK_HOME: "/x" },
    project: { file: "/p/.cowork/.cowork.conf", values: { MEMORY: "3g" } },
    user: { file: "/u/.cowork.conf", values: { MEMORY: "4g" } },
    cpus: 2,
  };
  const memory = (sources: SettingSources) => {
    const { settings, resolved } = resolveSettings(sources);
    return [settings.memory, resolved.find(({ key }) => key === "MEMORY")?.origin];
  };

  test("flag > variable > project > user > default", () => {
    expect(memory(layers)).toEqual(["1g", "flag"]);
    expect(memory({ ...layers, flags: {} })).toEqual(["2g", "environment"]);
    expect(memory({ ...layers, flags: {}, env: {} })).toEqual(["3g", "project"]);
    expect(memory({ ...layers, flags: {}, env: {}, project: undefined })).toEqual(["4g", "user"]);
    expect(memory(nothing)).toEqual([undefined, "default"]);
  });

  test("empty flags and variables are ignored; an empty value in a file means the default", () => {
    expect(memory({ ...layers, flags: { MEMORY: "" }, env: { COWORK_MEMORY: " " } })).toEqual(["3g", "project"]);
    const { settings, resolved } = resolveSettings({
      ...nothing,
      project: { CONCURRENCY: "" },
      user: { CONCURRENCY: "9" },
    });
    expect(settings.concurrency).toBe(4);
    expect(resolved.find(({ key }) => key === "CONCURRENCY")).toMatchObject({ value: "4", origin: "project" });
  });

  test("reports the file that a value comes from", () => {
    const found = resolveSettings({ ...layers, flags: {}, env: {} }).resolved.find(({ key }) => key === "MEMORY");
    expect(found).toEqual({ key: "MEMORY", value: "3g", origin: "project", file: "/p/.cowork/.cowork.conf" });
  });

  test("SESSIONS is read only from the project", () => {
    const sessions = (sources: SettingSources) =>
      resolveSettings(sources).resolved.find(({ key }) => key === "SESSIONS");
    expect(sessions({ ...nothing, env: { COWORK_SESSIONS: "x" }, user: { SESSIONS: "y" } })).toMatchObject({
      value: "",
    });
    expect(sessions({ ...nothing, project: { SESSIONS: "a b" } })).toMatchObject({ value: "a b", origin: "project" });
  });
});

test("without sources all settings have their defaults", () => {
  expect(resolveSettings({ ...nothing, cpus: 8 }).settings).toEqual({
    project: undefined,
    baseImage: undefined,
    agent: "claude",
    claudeVersion: undefined,
    agentSettings: true,
    branchPrefix: "",
    connect: undefined,
    copy: [],
    precious: [],
    devcontainer: undefined,
    host: undefined,
    concurrency: 8,
    cpus: undefined,
    memory: undefined,
    sshAgent: false,
    caCerts: "auto",
    permissions: "edits",
    model: undefined,
    budget: 25,
    timeoutMs: 4 * 3600_000,
    runs: 4,
    agentTasks: false,
  });
});

describe("values", () => {
  test.each([
    ["MEMORY", "4G", { memory: "4g" }],
    ["MEMORY", "512m", { memory: "512m" }],
    ["MEMORY", "6291456", { memory: "6291456" }],
    ["CPUS", "1.5", { cpus: 1.5 }],
    ["CONCURRENCY", "3", { concurrency: 3 }],
    ["PROJECT", "a.b_c-d", { project: "a.b_c-d" }],
    ["COPY", " .env  config/*.json ", { copy: [".env", "config/*.json"] }],
    ["PRECIOUS", "*.local  notes/** ", { precious: ["*.local", "notes/**"] }],
    ["SSH_AGENT", "ON", { sshAgent: true }],
    ["AGENT_SETTINGS", "false", { agentSettings: false }],
    ["BRANCH_PREFIX", "work/", { branchPrefix: "work/" }],
    ["BRANCH_PREFIX", "x-", { branchPrefix: "x-" }],
    ["CA_CERTS", "/etc/ssl/a b.pem", { caCerts: "/etc/ssl/a b.pem" }],
    ["HOST", "me@build1", { host: "me@build1" }],
    [
      "BASE_IMAGE",
      "registry.example:5000/team/base@sha256:0123",
      { baseImage: "registry.example:5000/team/base@sha256:0123" },
    ],
    ["AGENT", "codex", { agent: "codex" }],
    ["AGENT_COMMAND", "aider --message 'a \"b\"'; true", { agentCommand: "aider --message 'a \"b\"'; true" }],
    ["CLAUDE_VERSION", "2.1.329", { claudeVersion: "2.1.329" }],
    ["CODEX_VERSION", "0.171.0", { codexVersion: "0.171.0" }],
    ["COPILOT_VERSION", "1.0.102", { copilotVersion: "1.0.102" }],
    ["DEVCONTAINER", ".devcontainer/py/devcontainer.json", { devcontainer: ".devcontainer/py/devcontainer.json" }],
    ["CONNECT", "claude --continue", { connect: "claude --continue" }],
    ["CPUS", "", {}],
  ])("%s=%s", (name, value, expected) => {
    expect(parseValue(getKey(name), value)).toEqual(expected);
  });

  test.each([
    ...["4", "5m", "4x", "-1g", "1.5g", "g", "99999999999999999999g"].map((value) => ["MEMORY", value]),
    ...["0", "-1", "two", "1,5", "1e3", "0.0", "Infinity"].map((value) => ["CPUS", value]),
    ...["0", "-1", "1.5", "1000", "many"].map((value) => ["CONCURRENCY", value]),
    ...["A", "-a", "a-", "a b", "a/b", "ü", "..", "a".repeat(64)].map((value) => ["PROJECT", value]),
    ...["/etc/passwd", "../x", "a/../../x", "~/.ssh/id", "ok ../no"].map((value) => ["COPY", value]),
    ...["/abs", "..", "a/../../b", "a\\..\\..\\b"].map((value) => ["DEVCONTAINER", value]),
    ...["-oProxyCommand=x", "a b", "a\nb"].map((value) => ["HOST", value]),
    ...["-x", "a b", "a;b", "$(x)"].map((value) => ["BASE_IMAGE", value]),
    ...["relative.pem", "~/x.pem", "on"].map((value) => ["CA_CERTS", value]),
    ...["a b", "-x", "a..b/", "/x"].map((value) => ["BRANCH_PREFIX", value]),
    ["SSH_AGENT", "maybe"],
    ["AGENT", "other"],
    ["AGENT_COMMAND", "a\nb"],
    ["CLAUDE_VERSION", "1.x"],
    ["CLAUDE_VERSION", "latest"],
    ["CODEX_VERSION", "0.171.0-linux-x64"],
    ["CONNECT", "a\nb"],
  ] as [string, string][])("%s=%j is refused", (name, value) => {
    const refused = expect.objectContaining({
      code: "CONFIG_VALUE_INVALID",
      message: expect.stringMatching(new RegExp(`^${name}=.*the file.* must be `)) as string,
      hint: expect.stringContaining(`cowork config set ${name}`) as string,
    }) as Error;
    expect(() => parseValue(getKey(name), value, "the file")).toThrow(refused);
  });

  test("the next step is where the value comes from", () => {
    const hint = (
      ...origin: Parameters<typeof parseValue> extends [unknown, unknown, ...infer R] ? R : never
    ): unknown => {
      try {
        return parseValue(getKey("BUDGET"), "x", ...origin);
      } catch (error) {
        return (error as { hint?: string }).hint;
      }
    };
    expect(hint("the command line", "flag")).toBe("give a valid value, for example: --budget 5");
    expect(hint("a variable", "environment")).toContain("export COWORK_BUDGET=5");
    expect(hint("/u/.cowork.conf", "user")).toContain("cowork config set --user BUDGET 5");
    expect(hint("/p/.cowork.conf", "project")).toContain("cowork config set BUDGET 5");
  });

  test.each(["cursor", "gemini", "opencode"])("AGENT=%s says why it is not supported", (name) => {
    expect(() => parseValue(getKey("AGENT"), name)).toThrow(
      new RegExp(`must be \`claude\`, \`codex\` or \`copilot\`\\. Not ${name}: .{20,}\\.$`),
    );
    expect(() => parseValue(getKey("AGENT"), "constructor")).toThrow(/copilot`\.$/);
  });

  test("an overridden value is not validated; one in effect is, with its file", () => {
    const user = { file: "/u/.cowork.conf", values: { CPUS: "many" } };
    expect(resolveSettings({ ...nothing, flags: { CPUS: "2" }, user }).settings.cpus).toBe(2);
    expect(() => resolveSettings({ ...nothing, user })).toThrow("CPUS=many (/u/.cowork.conf)");
  });
});

describe("the list of keys", () => {
  test.each(configKeys.map((key) => [key.name, key] as const))(
    "%s has a description, and valid example and default values",
    (_, key) => {
      expect(parseValue(key, key.example)).toBeDefined();
      expect(key.doc).toMatch(/^[A-Z][^\n]+[^.\n]$/);
      const value = typeof key.defaultValue === "string" ? key.defaultValue : key.defaultValue({ cpus: 3 });
      expect(parseValue(key, value)).toBeDefined();
    },
  );

  test("refuses unknown keys", () => {
    const unknown = (hint: string): Error => expect.objectContaining({ code: "CONFIG_KEY_UNKNOWN", hint }) as Error;
    expect(() => getKey("memory")).toThrow(unknown("use MEMORY"));
    expect(() => getKey("NO\u001b[1mPE")).toThrow("`NOPE`");
    expect(() => getKey("__proto__")).toThrow(unknown("cowork config list"));
  });
});

test("the keys of a tracked file that need trust", () => {
  const all = Object.fromEntries(
    configKeys.filter(({ needsTrust }) => needsTrust).map(({ name, example }) => [name, example]),
  );
  const { resolved } = resolveSettings({ ...nothing, project: { ...all, CPUS: "1" } });
  const named = trackedFindings(resolved).map(({ what }) => what.split("=")[0]);
  expect(named).toHaveLength(17);
  expect(new Set(named)).toEqual(
    new Set([
      "AGENT",
      "AGENT_COMMAND",
      "AGENT_TASKS",
      "BASE_IMAGE",
      "BUDGET",
      "CA_CERTS",
      "CLAUDE_VERSION",
      "CODEX_VERSION",
      "COPILOT_VERSION",
      "COPY",
      "HOST",
      "MODEL",
      "PERMISSIONS",
      "RUNS",
      "SSH_AGENT",
      "TEST",
      "TIMEOUT",
    ]),
  );
  expect(trackedFindings(resolveSettings({ ...nothing, user: all }).resolved)).toEqual([]);
});
