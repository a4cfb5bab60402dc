import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { ComposeInputs, ReadOptions } from "../../../../src/devcontainer/compose/compose-inputs.ts";
import type { Dialect } from "../../../../src/devcontainer/compose/interpolate.ts";
import { readComposeInputs } from "../../../../src/devcontainer/compose/read-inputs.ts";
import { createVerdict } from "../../../../src/devcontainer/judge/verdict.ts";
import type { Finding } from "../../../../src/events.ts";
import { memorySource } from "../../../support/engine/memory-source.ts";

/** A folder of the host with a file that must not be read. */
let host: string;
let secret: string;
beforeAll(async () => {
  host = await mkdtemp(join(tmpdir(), "cowork-canary-"));
  secret = join(host, "secret.env");
  await writeFile(secret, "CANARY=made-up\n");
});
afterAll(() => rm(host, { recursive: true, force: true }));

interface Outcome {
  inputs: ComposeInputs;
  findings: Finding[];
}

async function read(
  files: Record<string, string | { link: string }>,
  options: Partial<ReadOptions> & { main?: string[] } = {},
): Promise<Outcome> {
  const verdict = createVerdict("config");
  const { main = ["d/c.yml"], ...more } = options;
  const inputs = await readComposeInputs(
    memorySource(files),
    { main, dotEnv: "d/.env" },
    {
      env: { HOME: host },
      verdict,
      dialect: "v2",
      tree: "/tmp/up/tree",
      agreed: [],
      mayCome: () => false,
      missingHint: (path) => `bring ${path}`,
      ...more,
    },
  );
  return { inputs, findings: verdict.findings };
}

const app = (more: string): string => `services:\n  app:\n    image: x\n    ${more}\n`;
const document = ({ inputs }: Outcome, path = "d/c.yml"): string => inputs.documents.get(path) ?? "";

describe("a file of the host", () => {
  const separators = ["\u2028", "\u2029", "\u0085", "\r", "\u000c"];
  const variants: [string, (path: string) => Record<string, string>][] = [
    ["plainly", (path) => ({ "d/c.yml": app(`env_file: ${path}`) })],
    ["in a list", (path) => ({ "d/c.yml": app(`env_file: [a.env, "${path}"]`), "d/a.env": "" })],
    ["in the long form", (path) => ({ "d/c.yml": app(`env_file: [{path: "${path}", required: false}]`) })],
    ["by a default", (path) => ({ "d/c.yml": app(`env_file: "\${NOPE:-${path}}"`) })],
    ["by a default within one", (path) => ({ "d/c.yml": app(`env_file: "\${NOPE:-\${NEITHER:-${path}}}"`) })],
    ["by .env", (path) => ({ "d/c.yml": app('env_file: "${Q}"'), "d/.env": `Q=${path}\n` })],
    ["by a default in .env", (path) => ({ "d/c.yml": app('env_file: "${Q}"'), "d/.env": `Q=\${NOPE:-${path}}\n` })],
    [
      "by two steps in .env",
      (path) => ({ "d/c.yml": app("env_file: $Q"), "d/.env": `P='${path}'\nexport Q="\${P}"\n` }),
    ],
    ["by an escape in .env", (path) => ({ "d/c.yml": app("env_file: $Q"), "d/.env": `Q="${path}" # x\n` })],
    ["by a merge key", (path) => ({ "d/c.yml": `x-a: &a {env_file: ${path}}\n${app("<<: *a")}` })],
    [
      "by a merge key in a list",
      (path) => ({ "d/c.yml": `x-a: &a {env_file: ${path}}\n${app("<<: [*a, {tty: true}]")}` }),
    ],
    ["by an alias", (path) => ({ "d/c.yml": `x-a: &a ${path}\n${app("env_file: *a")}` })],
    ["by an escaped key", (path) => ({ "d/c.yml": app(`"\\x65nv_file": ${path}`) })],
    ["by a tagged key", (path) => ({ "d/c.yml": app(`!!str env_file: !!str ${path}`) })],
    ["by an explicit key", (path) => ({ "d/c.yml": app(`? env_file\n    : ${path}`) })],
    ["in a folded text", (path) => ({ "d/c.yml": app(`env_file: >-\n      ${path}`) })],
    ["by !override", (path) => ({ "d/c.yml": app(`env_file: !override ["${path}"]`) })],
    ["by home", () => ({ "d/c.yml": app("env_file: ~/secret.env") })],
    ["as a label file", (path) => ({ "d/c.yml": app(`label_file: ${path}`) })],
    [
      "in what is extended",
      (path) => ({
        "d/c.yml": app("extends: {file: b.yml, service: b}"),
        "d/b.yml": `services: {b: {env_file: ${path}}}`,
      }),
    ],
    [
      "in what is included",
      (path) => ({ "d/c.yml": `include: [b.yml]\n${app("")}`, "d/b.yml": app(`env_file: ${path}`) }),
    ],
    [
      "by the .env of what is included",
      (path) => ({
        "d/c.yml": `include: [{path: b.yml, env_file: e}]\n${app("")}`,
        "d/b.yml": app("env_file: $Q"),
        "d/e": `Q=${path}`,
      }),
    ],
    ["twice", (path) => ({ "d/c.yml": app(`env_file: [${path}, ${path}]`) })],
  ];
  const refused: [string, (path: string) => Record<string, string>][] = [
    ...separators.map((sign): [string, (path: string) => Record<string, string>] => [
      `behind U+${sign.charCodeAt(0).toString(16)}`,
      (path) => ({ "d/c.yml": app(`# x${sign}    env_file: ${path}`) }),
    ]),
    ["in the form without services", (path) => ({ "d/c.yml": `app: {image: x, env_file: ${path}}` })],
    ["in a second document", (path) => ({ "d/c.yml": `${app("tty: true")}---\n${app(`env_file: ${path}`)}` })],
    ["by a key twice", (path) => ({ "d/c.yml": app(`env_file: a\n    env_file: ${path}`) })],
    ["by a binary key", (path) => ({ "d/c.yml": app(`!!binary ZW52X2ZpbGU=: ${path}`) })],
    [
      "by a directive",
      (path) => ({ "d/c.yml": `%TAG !x! tag:yaml.org,2002:\n---\n${app(`env_file: !x!str ${path}`)}` }),
    ],
    ["by extends", (path) => ({ "d/c.yml": app(`extends: {file: ${path}, service: a}`) })],
    ["by include", (path) => ({ "d/c.yml": `include: [${path}]\n${app("")}` })],
    [
      "by the folder of an include",
      () => ({ "d/c.yml": `include: [{path: b.yml, project_directory: /}]\n${app("")}` }),
    ],
    [
      "by the variables of an include",
      (path) => ({ "d/c.yml": `include: [{path: b.yml, env_file: ${path}}]\n${app("")}` }),
    ],
    ["by way of the parent", () => ({ "d/c.yml": app("env_file: ../../secret.env") })],
    ["by way of the parent and a variable", () => ({ "d/c.yml": app("env_file: ${UP:-../..}/secret.env") })],
    ["by a variable that cannot be read", (path) => ({ "d/c.yml": app(`env_file: "\${A:=${path}}"`) })],
    ["by a control character", () => ({ "d/c.yml": app('env_file: "x\\u2028y"') })],
    ["by something fetched", () => ({ "d/c.yml": app("extends: {file: 'https://h.invalid/x.git', service: a}") })],
    ["by git", () => ({ "d/c.yml": "include: ['git@h.invalid:x.git']\n" })],
    ["by a registry", () => ({ "d/c.yml": "include: ['oci://h.invalid/x']\n" })],
  ];

  it.each(variants)("named %s is a finding, and nothing of it is read or passed to Compose", async (_, files) => {
    const outcome = await read(files(secret));
    expect(outcome.findings).toContainEqual(
      expect.objectContaining({
        what: expect.stringMatching(/secret\.env$/),
        why: "reads a file of the host outside the repository",
      }),
    );
    expect(outcome.inputs.isReduced).toBe(true);
    expect([...outcome.inputs.documents.values()].join()).not.toContain("secret.env");
    expect([...outcome.inputs.dataFiles.values()].join()).not.toContain("CANARY");
  });

  it.each(refused)("named %s is refused", async (_, files) => {
    await expect(read(files(secret))).rejects.toMatchObject({ code: "DEVCONTAINER_INVALID" });
  });

  it.each(["env_file: ~/secret.env", "env_file: [{path: ~/secret.env}]"])(
    "is read by cowork after the user has agreed: %s",
    async (line) => {
      const { findings } = await read({ "d/c.yml": app(line) });
      const after = await read({ "d/c.yml": app(line) }, { agreed: findings });
      expect(after.inputs.isReduced).toBe(false);
      expect([...after.inputs.dataFiles.values()].map((bytes) => new TextDecoder().decode(bytes))).toEqual([
        "CANARY=made-up\n",
      ]);
      expect(document(after)).toContain("../../cowork-data/0");
      expect(document(after)).not.toContain("secret");
    },
  );

  it("that was agreed to does not cover another one", async () => {
    const { findings } = await read({ "d/c.yml": app("env_file: /other") });
    expect((await read({ "d/c.yml": app(`env_file: ${secret}`) }, { agreed: findings })).inputs.dataFiles.size).toBe(0);
  });

  it("that a link in the repository leads to is not read", async () => {
    const linked = read({ "d/c.yml": app("env_file: l"), "d/l": { link: secret } });
    await expect(linked).rejects.toThrow("is a link");
    await expect(read({ "d/c.yml": app(""), "d/.env": { link: secret } })).rejects.toThrow("is a link");
  });
});

describe("what Compose reads", () => {
  it("has no variables, no anchors and no paths that lead out", async () => {
    const outcome = await read({
      "d/c.yml": `x-a: &a {TTY: yes, N: 3}\nservices:\n  app:\n    image: "i:\${TAG}"\n    command: echo $$X $$$$\n    environment: {<<: *a, NAME: , P: "\${PWD}/x", S: ~, T: "3", U: a b}\n    env_file: ../e.env\n    build: {context: ../src, args: [NAME, OTHER=1]}\n`,
      "d/.env": "TAG=1$2\nNAME=it's\n",
      "e.env": "E=1",
    });
    expect(document(outcome)).toBe(
      '{services: {app: {image: "i:1$$2", command: "echo $$X $$$$", environment: {TTY: yes, N: 3, NAME: "it\'s", P: "/tmp/up/tree/x", S: null, T: "3", U: "a b"}, env_file: ["../../cowork-data/0"], build: {context: "../src", args: ["NAME=it\'s", "OTHER=1"]}}}}',
    );
    expect(outcome.inputs).toMatchObject({ folders: ["src"], files: ["d/.env", "d/c.yml", "e.env"], unset: [] });
    expect(outcome.findings).toEqual([]);
  });

  it("has the environment's variables only where they apply, and each is a finding", async () => {
    const env = { HOME: host, TAG: "mine", SPARE: "x", ARG: "y" };
    const text = app('environment: {A: "${TAG:-x}", B: "$$SPARE"}\n    build: {args: [ARG]}');
    const outcome = await read({ "d/c.yml": text, "d/.env": "TAG=1" }, { env });
    expect(outcome.inputs.hostVariables).toEqual({ TAG: "mine", ARG: "y" });
    expect(outcome.findings.map(({ what }) => what)).toEqual(["${TAG}", "${ARG}"]);
    expect(document(outcome)).toContain('{A: "mine", B: "$$SPARE"}');
  });

  it("has no unknown sections until the user has agreed to them", async () => {
    const text = `${app("tty: true")}models: {m: {model: x}}\n`;
    const first = await read({ "d/c.yml": text });
    expect(first).toMatchObject({ findings: [{ what: "{m: {model: x}}" }], inputs: { isReduced: true } });
    expect(document(first)).not.toContain("models");
    expect(document(await read({ "d/c.yml": text }, { agreed: first.findings }))).toContain("models");
  });

  test("includes have their own variables, which the including file's override", async () => {
    const outcome = await read({
      "d/c.yml": "include: [{path: i/b.yml}]\n",
      "d/.env": "A=outer",
      "d/i/b.yml": app('environment: {A: "$A", B: "$B"}'),
      "d/i/.env": "A=inner\nB=inner",
    });
    expect(document(outcome, "d/i/b.yml")).toContain('{A: "outer", B: "inner"}');
    expect(document(outcome)).toBe('{include: [{"path": ["./i/b.yml"], "project_directory": "./i"}]}');
  });

  it("reports variables that are not set, and refuses required ones", async () => {
    const text = app('environment: {A: "$ONE ${TWO} ${THREE:-}", B: "${FOUR:+x}"}');
    expect((await read({ "d/c.yml": text })).inputs.unset).toEqual(["ONE", "TWO"]);
    await expect(read({ "d/c.yml": app('user: "${U:?say who}"') })).rejects.toThrow(
      "d/c.yml: services: app: user: the variable U is not set: say who.",
    );
  });
});

describe("missing files", () => {
  it("are reported with a hint how to include them", async () => {
    await expect(read({ "d/c.yml": app("env_file: ../.env") })).rejects.toMatchObject({
      message: "d/c.yml: env_file: the file .env is not in commit 0123456789.",
      hint: "bring .env",
    });
    await expect(read({})).rejects.toThrow("the file d/c.yml is not in commit");
    const extended = read({ "d/c.yml": app("extends: {file: b.yml, service: b}") });
    await expect(extended).rejects.toThrow("the file d/b.yml is not in commit");
  });

  it("may be copied in later: env files are left out, and nothing is reported without a Compose file", async () => {
    const mayCome = (): boolean => true;
    const without = await read({ "d/c.yml": app("env_file: ../.env") }, { mayCome });
    expect(without.inputs).toMatchObject({ missing: [".env"], isBlocked: false });
    expect(document(without)).toBe("{services: {app: {image: x}}}");
    expect((await read({}, { mayCome })).inputs).toMatchObject({ missing: ["d/c.yml"], isBlocked: true });
  });

  it("are accepted if they are not required", async () => {
    const outcome = await read({ "d/c.yml": app("env_file: [{path: a, required: false}]") });
    expect(outcome.inputs.missing).toEqual([]);
    expect(document(outcome)).toBe("{services: {app: {image: x}}}");
  });
});

describe("what needs Compose v2", () => {
  it.each<[string, string]>([
    ["name", `name: x\n${app("tty: true")}`],
    ["include", `include: [b.yml]\n${app("tty: true")}`],
    ["!reset", app("ports: !reset []")],
    ["!override", app("ports: !override [80]")],
  ])("%s is reported under v1", async (what, text) => {
    const dialect: Dialect = "v1";
    await expect(read({ "d/c.yml": text, "d/b.yml": app("") }, { dialect })).rejects.toMatchObject({
      message: `d/c.yml uses ${what}, which needs Docker Compose v2, but v1 is installed.`,
      hint: expect.stringContaining("install Docker Compose v2"),
    });
  });
});
