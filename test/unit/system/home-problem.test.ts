import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CoworkError, toCoworkError } from "../../../src/errors.ts";
import { homeProblem, withHomeProblem } from "../../../src/system/home-problem.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { createRun } from "../../../src/system/run.ts";
import { hostUser } from "../../../src/system/user.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { tree } from "../../support/tree.ts";

const user = hostUser({ uid: process.getuid?.() ?? 0, gid: 0, username: "u", homedir: "/" });
const place = (home: string, env: Record<string, string> = {}) => ({ paths: coworkPaths(home), user, env });

describe("a cowork home", () => {
  test("that is a folder of the user's, or can be made, is no problem", async () => {
    const folder = await temporaryFolder();
    expect(homeProblem(place(folder))).toBeUndefined();
    await mkdir(join(folder, "state"));
    expect(homeProblem(place(folder))).toBeUndefined();
    expect(homeProblem(place(join(folder, "not", "yet")))).toBeUndefined();
    await symlink(folder, join(folder, "link"));
    expect(homeProblem(place(join(folder, "link")))).toBeUndefined();
  });

  test.each(["file", "file/below", "file/far/below"])(
    "that is no folder is named, with what to do: %s",
    async (name) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, "file"), "");
      const home = join(folder, name);
      const problem = homeProblem(place(home, { COWORK_HOME: home }));
      expect(problem).toMatchObject({
        code: "PERMISSION_DENIED",
        message: `cowork keeps its data in ${home}, but ${join(folder, "file")} is no folder.`,
        hint: expect.stringContaining("set COWORK_HOME to"),
      });
    },
  );

  test("with something else in the place of one of its folders says which", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "state"), "");
    expect(homeProblem(place(folder))?.message).toContain(`${folder}/state is no folder`);
  });

  test("that belongs to another says whose it is and how to get it, to whoever is not root", async () => {
    const folder = await temporaryFolder();
    const script = `
      const { homeProblem } = await import(${JSON.stringify(join(tree, "src/system/home-problem.ts"))});
      const { coworkPaths } = await import(${JSON.stringify(join(tree, "src/system/paths.ts"))});
      const found = homeProblem({ paths: coworkPaths(process.argv[1]), user: { uid: process.getuid() }, env: {} });
      console.log(JSON.stringify({ message: found?.message, hint: found?.hint }));`;
    const ask = async (home: string): Promise<{ message?: string; hint?: string }> => {
      const drop = "process.getuid() === 0 && (process.setgroups([]), process.setgid(12345), process.setuid(12345));";
      const args = ["--no-warnings", "--input-type=module", "-e", `${drop}${script}`, home];
      const { stdout, stderr } = await createRun()(process.execPath, args);
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout) as { message?: string; hint?: string };
    };
    // made by this process, used by another uid: as after `sudo cowork`
    if (user.uid !== 0) {
      await chmod(folder, 0o500);
      expect(await ask(folder)).toMatchObject({ hint: `chmod u+rwx ${folder}` });
      return;
    }
    await chmod(folder, 0o755);
    await mkdir(join(folder, "state"), { mode: 0o700 });
    expect(await ask(folder)).toEqual({
      message: `${folder}, where cowork keeps its data, belongs to root: you may not read and write it.`,
      hint: `sudo chown -R $USER ${folder}`,
    });
    await createRun()("chown", ["12345:12345", folder]);
    expect(await ask(folder)).toMatchObject({ hint: `sudo chown -R $USER ${folder}/state` });
    expect(await ask("/proc/1/root/x")).toMatchObject({ hint: expect.stringContaining("COWORK_HOME") });
  });
});

describe("an error", () => {
  test("about the home is told as what is wrong with the home", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    const path = join(folder, "file", "state");
    const error = toCoworkError(Object.assign(new Error("ENOTDIR"), { code: "ENOTDIR", path }));
    expect(withHomeProblem(place(join(folder, "file")), error).message).toContain("is no folder");
  });

  test("about anything else stays as it is", async () => {
    const folder = await temporaryFolder();
    const elsewhere = toCoworkError(Object.assign(new Error("EACCES"), { code: "EACCES", path: "/x" }));
    expect(withHomeProblem(place(folder), elsewhere)).toBe(elsewhere);
    const other = new CoworkError("SESSION_NOT_FOUND", `There is no session ${folder}.`);
    expect(withHomeProblem(place(folder), other)).toBe(other);
  });

  test.each(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG", "EMFILE", "EIO"])(
    "of the disk is none of ours, and says what to do: %s",
    (code) => {
      const error = toCoworkError(Object.assign(new Error(`${code}: x`), { code, path: "/x/y" }));
      expect(error.code).toBe("PERMISSION_DENIED");
      expect(error.message).toContain("(/x/y)");
      expect(error.hint).toBeTruthy();
    },
  );
});
