import { execFile } from "node:child_process";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/home/temporary-folder.ts";
import { tree } from "../support/git/tree.ts";

// The dependency rules between layers are lint rules by path. A rule that never matches would go unnoticed, so they are tested here.

const forbidden: [file: string, line: string][] = [
  ["src/clone/x.ts", `import { a } from "../session/a.ts"; a();`],
  ["src/agent/claude/x.ts", `import { a } from "../../session/a.ts"; a();`],
  ["src/clone/x.ts", `import { a } from "../devcontainer/a.ts"; a();`],
  ["src/clone/x.ts", `export const a = await import("../session/a.ts");`],
  ["src/session/x.ts", `import { a } from "../project/a.ts"; a();`],
  ["src/session/x.ts", `import { a } from "../ui/a.ts"; a();`],
  ["src/session/x.ts", `import { a } from "../commands/a.ts"; a();`],
  ["src/project/x.ts", `import { a } from "../session/a.ts"; a();`],
  ["src/engine/x.ts", `import { a } from "../clone/a.ts"; a();`],
  ["src/system/x.ts", `import { a } from "../engine/a.ts"; a();`],
  ["src/config/x.ts", `import { a } from "../ui/a.ts"; a();`],
  ["src/ui/x.ts", `import { a } from "../commands/a.ts"; a();`],
  ["src/ui/x.ts", `import { a } from "../session/a.ts"; a();`],
  ["src/app/x.ts", `import { a } from "../ui/a.ts"; a();`],
  ["src/app/x.ts", `import type { A } from "../ui/a.ts"; export type B = A;`],
  ["src/app/x.ts", `export const a = await import("../commands/a.ts");`],
  ["src/app/x.ts", `export const x = process.env["HOME"];`],
  ["src/commands/x.ts", `import { a } from "../session/a.ts"; a();`],
  ["src/commands/x.ts", `export const a = await import("../remote/client/a.ts");`],
  ["src/session/x.ts", `import { a } from "../app/a.ts"; a();`],
  ["src/remote/client/x.ts", `import { a } from "../../app/a.ts"; a();`],
  ["src/jobs/x.ts", `import { a } from "../session/a.ts"; a();`],
  ["src/jobs/x.ts", `import { a } from "../remote/rpc/a.ts"; a();`],
  ["src/contract/x.ts", `import { a } from "../system/a.ts"; a();`],
  ["src/contract/x.ts", `import type { A } from "../errors.ts"; export type B = A;`],
  ["src/contract/x.ts", `import type { A } from "../session/a.ts"; export type B = A;`],
  ["src/contract/work/x.ts", `import { a } from "../../system/a.ts"; a();`],
  ["src/work/runs/x.ts", `import { a } from "../../session/a.ts"; a();`],
  ["src/clone/x.ts", `import { a } from "../work/a.ts"; a();`],
  ["src/remote/client/x.ts", `import { a } from "../../work/a.ts"; a();`],
  ["src/mcp/x.ts", `import { a } from "../session/a.ts"; a();`],
  ["src/mcp/x.ts", `import { a } from "../ui/a.ts"; a();`],
  ["src/server/x.ts", `import { a } from "../work/a.ts"; a();`],
  ["src/app/x.ts", `import { a } from "../mcp/a.ts"; a();`],
  ["src/app/x.ts", `import type { A } from "../server/a.ts"; export type B = A;`],
  ["src/session/x.ts", `import { a } from "../server/a.ts"; a();`],
  ["src/remote/client/x.ts", `import { a } from "../../server/a.ts"; a();`],
  ["src/remote/client/x.ts", `import { a } from "../../merging/a.ts"; a();`],
  ["src/merging/judge/x.ts", `import { a } from "../../session/a.ts"; a();`],
  ["src/merging/judge/x.ts", `import { a } from "../../project/a.ts"; a();`],
  ["src/merging/x.ts", `import { a } from "../app/a.ts"; a();`],
  ["src/work/x.ts", `import { a } from "../merging/a.ts"; a();`],
  ["src/clone/x.ts", `import { a } from "../merging/a.ts"; a();`],
  ["src/ui/x.ts", `import { a } from "../merging/a.ts"; a();`],
  ["src/session/x.ts", `console.log(1);`],
  ["src/clone/x.ts", `export const x = process.env["HOME"];`],
  ["src/system/x.ts", `import { argv } from "node:process"; export const x = argv;`],
  ["src/engine/x.ts", `import process from "node:process"; export const x = process;`],
  ["src/errors.ts", `export const x = process.argv;`],
  ["src/commands/x.ts", `console.log(1);`],
  ["src/web/state/x.ts", `import { a } from "../../contract/a.ts"; a();`],
  ["src/web/x.ts", `import type { A } from "../server/a.ts"; export type B = A;`],
  ["src/web/x.ts", `import { a } from "node:fs"; a();`],
];

const permitted: [file: string, line: string][] = [
  ["src/commands/x.ts", `import { a } from "../app/a.ts"; a(process.env);`],
  ["src/commands/x.ts", `import type { A } from "../session/a.ts"; export type B = A;`],
  ["src/app/x.ts", `import { a } from "../session/a.ts"; a();`],
  ["src/app/x.ts", `import { a } from "../remote/a.ts"; a();`],
  ["src/mcp/x.ts", `import { a } from "../app/a.ts"; a();`],
  ["src/server/x.ts", `import { a } from "../app/a.ts"; a();`],
  ["src/commands/x.ts", `import { a } from "../mcp/a.ts"; a();`],
  ["src/remote/client/x.ts", `import { a } from "../server/a.ts"; a();`],
  ["src/session/x.ts", `import { a } from "../contract/a.ts"; a();`],
  ["src/remote/server/x.ts", `import { a } from "../../jobs/a.ts"; a();`],
  ["src/session/x.ts", `import { a } from "../clone/a.ts"; a();`],
  ["src/session/x.ts", `import type { A } from "../project/a.ts"; export type B = A;`],
  ["src/agent/claude/x.ts", `import { a } from "../../system/a.ts"; a();`],
  ["src/contract/x.ts", `import { a } from "./a.ts"; a();`],
  ["src/contract/work/x.ts", `import { a } from "../a.ts"; a();`],
  ["src/session/x.ts", `import { a } from "../work/a.ts"; a();`],
  ["src/session/x.ts", `import { a } from "../merging/a.ts"; a();`],
  ["src/app/x.ts", `import { a } from "../merging/a.ts"; a();`],
  ["src/merging/snapshot/x.ts", `import { a } from "../../clone/a.ts"; a();`],
  ["src/merging/x.ts", `import type { A } from "../project/a.ts"; export type B = A;`],
  ["src/work/x.ts", `import { a } from "../agent/a.ts"; a();`],
  ["src/system/x.ts", `import { a } from "../contract/a.ts"; a();`],
  ["src/ui/x.ts", `import { a } from "../contract/a.ts"; a();`],
  ["src/web/x.ts", `import type { A } from "../contract/a.ts"; export type B = A;`],
  ["src/system/x.ts", `import { kill } from "node:process"; kill(1, 0);`],
];

async function lint(cases: [file: string, line: string][]): Promise<boolean[]> {
  const folder = await temporaryFolder();
  await cp(join(tree, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  await symlink(join(tree, "node_modules"), join(folder, "node_modules"));
  const files = cases.map(([file], index) => file.replace(/x\.ts$/, `x${index}.ts`));
  for (const [index, file] of files.entries()) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${cases[index]![1]}\n`);
  }
  const program = join(tree, "node_modules", ".bin", "oxlint");
  const output = await new Promise<string>((done) => {
    // oxlint fails when it finds something, which is expected here.
    execFile(program, ["--format", "json", "src"], { cwd: folder }, (_error, stdout) => done(stdout));
  });
  const { diagnostics } = JSON.parse(output) as { diagnostics: { filename: string; code: string }[] };
  const caught = new Set(
    diagnostics.filter(({ code }) => code.includes("no-restricted")).map(({ filename }) => filename),
  );
  return files.map((file) => caught.has(file));
}

test("lint reports imports against the dependency rules, and use of the process below the commands", async () => {
  expect(await lint(forbidden)).toEqual(forbidden.map(() => true));
});

test("lint accepts imports that follow the dependency rules", async () => {
  expect(await lint(permitted)).toEqual(permitted.map(() => false));
});
