import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { planDevcontainer } from "../../../../src/devcontainer/plan.ts";
import { commitSource } from "../../../../src/devcontainer/source/source-commit.ts";
import type { Question } from "../../../../src/contract/questions.ts";
import type { ProjectFacts } from "../../../../src/project/types.ts";
import { mayCome } from "../../../../src/session/lifecycle/carry-in.ts";
import { completeFreshPlan } from "../../../../src/session/lifecycle/complete-plan.ts";
import type { CommitPlan } from "../../../../src/session/lifecycle/plan.ts";
import type { SessionRecord } from "../../../../src/session/record/record.ts";
import type { Context } from "../../../../src/system/context.ts";
import { gitWorkshop, type GitWorkshop } from "../../../support/git/git-project.ts";

/** Compose returns its input, so that the test sees what the input was. */
let workshop: GitWorkshop;
let ctx: Context;
let asked: string[][];
let answers: boolean[];
let dataFiles: string[];

beforeEach(async () => {
  workshop = await gitWorkshop();
  [asked, answers, dataFiles] = [[], [], []];
  const { run } = workshop.context;
  ctx = {
    ...workshop.context,
    ask: async (question: Question) => {
      if (question.kind === "trust") asked.push(question.findings.map(({ what }) => what));
      return answers.shift() ?? true;
    },
    run: async (file, args, options) => {
      if (file === "docker") return { code: 1, stdout: "", stderr: "" };
      if (file !== "docker-compose") return run(file, args, options);
      if (args.at(-1) === "version") return { code: 0, stdout: "", stderr: "" };
      const document = await readFile(args[args.indexOf("-f") + 1] ?? "", "utf8");
      dataFiles = await Promise.all(
        [...document.matchAll(/cowork-data\/\d+/g)].map(([name]) =>
          readFile(join(options?.cwd ?? "", "..", name), "utf8"),
        ),
      );
      return { code: 0, stdout: document, stderr: "" };
    },
  };
});
afterEach(() => workshop.end());

const project = { name: "app", root: "/project", folder: "app" } as ProjectFacts;
const settings = { devcontainer: undefined, copy: ["*.key"] };

/** Like `init`: the plan of the commit, the clone with copied files, then the plan of the clone. */
async function complete(
  config: object,
  files: Record<string, string>,
  carried: Record<string, string> = {},
): Promise<{ first: CommitPlan; last: CommitPlan }> {
  const root = await workshop.project();
  const write = async (folder: string, all: Record<string, string>): Promise<void> => {
    for (const [path, text] of Object.entries(all)) await writeFile(join(folder, path), text);
  };
  await write(root, { ...files, ".devcontainer.json": JSON.stringify(config), ".gitignore": ".env\nmade\n" });
  await workshop.git(root, "add", "-A");
  await workshop.git(root, "commit", "-qm", "config");
  const commit = await workshop.git(root, "rev-parse", "HEAD");
  const source = commitSource(ctx, join(root, ".git"), commit);
  const carry = { root, files: Object.keys(carried), notes: [] };
  const plan = await planDevcontainer(ctx, source, { settings, mayCome: mayCome(carry) });
  asked.push(plan.findings.map(({ what }) => what));
  const clone = ctx.paths.clone("app-a");
  await workshop.git(workshop.root, "clone", "-q", root, clone);
  await write(clone, carried);
  const facts = { id: "app-a", name: "a", folder: "app", carried: Object.keys(carried), start: { commit } };
  const record = facts as SessionRecord;
  const first = { source, plan };
  return { first, last: await completeFreshPlan(ctx, record, { ...first, project, settings }) };
}

const compose = { dockerComposeFile: "c.yml", service: "app" };
const service = ({ plan }: CommitPlan): unknown => plan.compose?.canonical["services"];

describe("a new clone", () => {
  test("with what initializeCommand created is used for variables, without a second question", async () => {
    const { first, last } = await complete(
      { ...compose, initializeCommand: "echo GREET=hello > .env" },
      { "c.yml": "services: {app: {image: '${GREET:-unset}'}}" },
    );
    expect(service(first)).toEqual({ app: { image: "unset" } });
    expect(service(last)).toEqual({ app: { image: "hello" } });
    expect(last.plan.files).toContain(".env");
    expect(asked).toHaveLength(1);
  });

  test("with copied files is used for env_file", async () => {
    const { first, last } = await complete(
      compose,
      { "c.yml": "services: {app: {image: x, env_file: .env}}" },
      { ".env": "A=1\n" },
    );
    expect(first.plan.missing).toEqual([".env"]);
    expect(last.plan.missing).toBeUndefined();
    expect(dataFiles).toEqual(["A=1\n"]);
  });

  test("is used for the Dockerfile and its context", async () => {
    const { first, last } = await complete(
      { build: { dockerfile: "made" }, initializeCommand: "echo FROM x > made" },
      {},
    );
    expect(first.plan.missing).toEqual(["made"]);
    expect(new TextDecoder().decode(await last.source.read("made"))).toBe("FROM x\n");
    expect(await last.source.hash("")).not.toBe(await first.source.hash(""));
    expect(last.plan.trustHash).not.toBe(first.plan.trustHash);
  });

  test("with a generated Compose file is used, and the file is judged then", async () => {
    const { first, last } = await complete(
      { ...compose, initializeCommand: "echo 'services: {app: {image: x, privileged: true}}' > c.yml" },
      {},
    );
    expect(first.plan.compose).toBeUndefined();
    expect(service(last)).toMatchObject({ app: { image: "x" } });
    expect(asked.slice(1)).toEqual([["true"]]);
  });

  test("has the commit's plan if nothing was added to it", async () => {
    const { first, last } = await complete({ image: "x" }, {});
    expect(last.plan).toEqual(first.plan);
    expect(last.source.describe).toBe(first.source.describe);
  });

  test("without a required file is refused, with a command that copies the file", async () => {
    const config = { ...compose, initializeCommand: "true" };
    await expect(complete(config, { "c.yml": "services: {app: {image: x, env_file: .env}}" })).rejects.toMatchObject({
      code: "DEVCONTAINER_INVALID",
      message: expect.stringMatching(/^c\.yml: env_file: the file \.env is not in commit/),
      hint: "add it to COPY: cowork config set COPY '*.key .env'",
    });
  });

  test("reports no variables whose file is copied into the clone", async () => {
    const { first, last } = await complete(
      compose,
      { "c.yml": "services: {app: {image: '$NAME'}}" },
      { ".env": "NAME=x\n" },
    );
    expect(first.plan.notes ?? []).toEqual([]);
    expect(service(last)).toEqual({ app: { image: "x" } });
    expect(last.plan.notes ?? []).toEqual([]);
  });

  test("reports variables that are not set when initializeCommand created no .env", async () => {
    const config = { ...compose, initializeCommand: "true" };
    const { first, last } = await complete(config, { "c.yml": "services: {app: {image: '$NOPE'}}" });
    expect(first.plan.notes ?? []).toEqual([]);
    expect(last.plan.notes).toEqual([expect.stringContaining("${NOPE} is not set and left empty")]);
  });

  test("without a file that COPY names already has no advice to add it there", async () => {
    const config = { ...compose, initializeCommand: "true" };
    const files = { "c.yml": "services: {app: {image: x, env_file: '*.key'}}" };
    await expect(complete(config, files)).rejects.toMatchObject({
      code: "DEVCONTAINER_INVALID",
      hint: "create *.key in the project: COPY names it, but it does not exist",
    });
  });

  test("reports which variables are not set", async () => {
    const { first } = await complete(compose, { "c.yml": "services: {app: {image: '$NOPE'}}" });
    expect(first.plan.notes).toEqual([
      expect.stringMatching(
        /^Docker Compose: \$\{NOPE\} is not set and left empty: there is no \.env in commit \w+; add it/,
      ),
    ]);
  });

  test.each([
    ["", { ".env": "Q=x\n" }, []],
    ["echo Q=x > .env", {}, []],
    ["true", {}, [expect.stringContaining("${Q} is not set and left empty: there is no .env in")]],
  ])(
    "reports them once the file that could set them cannot be added any more: %j, %j",
    async (command, carried, notes) => {
      const config = command === "" ? compose : { ...compose, initializeCommand: command };
      const { first, last } = await complete(config, { "c.yml": "services: {app: {image: 'a$Q'}}" }, carried);
      expect(first.plan.notes).toEqual([]);
      expect(last.plan.notes).toEqual(notes);
    },
  );
});

describe("a host file that initializeCommand's .env refers to", () => {
  const files = { "c.yml": "services: {app: {image: x, env_file: '${Q:-e}'}}", e: "" };
  const config = (secret: string): object => ({ ...compose, initializeCommand: `echo Q=${secret} > .env` });
  let secret: string;
  beforeEach(async () => {
    secret = join(workshop.root, "secret");
    await writeFile(secret, "CANARY=1\n");
  });

  test("needs consent and is then read", async () => {
    const { last } = await complete(config(secret), files);
    expect(asked.slice(1)).toEqual([[secret]]);
    expect(last.plan.isReduced).toBeUndefined();
    expect(dataFiles).toEqual(["CANARY=1\n"]);
  });

  test("is not read without consent", async () => {
    answers = [false];
    await expect(complete(config(secret), files)).rejects.toMatchObject({ code: "TRUST_REQUIRED" });
    expect(dataFiles).toEqual([]);
  });
});
