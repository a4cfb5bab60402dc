import type { PathLike } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CoworkError, toCoworkError } from "../../../src/errors.ts";
import { homeProblem, withHomeProblem } from "../../../src/system/home-problem.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { hostUser } from "../../../src/system/user.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const user = hostUser({ uid: process.getuid?.() ?? 0, gid: 0, username: "u", homedir: "/" });
const place = (home: string, env: Record<string, string> = {}) => ({ paths: coworkPaths(home), user, env });

describe("a cowork home", () => {
  test("that is the user's folder, or can be created, has no problem", async () => {
    const folder = await temporaryFolder();
    expect(homeProblem(place(folder))).toBeUndefined();
    await mkdir(join(folder, "state"));
    expect(homeProblem(place(folder))).toBeUndefined();
    expect(homeProblem(place(join(folder, "not", "yet")))).toBeUndefined();
    await symlink(folder, join(folder, "link"));
    expect(homeProblem(place(join(folder, "link")))).toBeUndefined();
  });

  test.each(["file", "file/below", "file/far/below"])(
    "that is not a folder is named, with what to do: %s",
    async (name) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, "file"), "");
      const home = join(folder, name);
      const problem = homeProblem(place(home, { COWORK_HOME: home }));
      expect(problem).toMatchObject({
        code: "PERMISSION_DENIED",
        message: `cowork keeps its data in ${home}, but ${join(folder, "file")} is not a folder.`,
        hint: expect.stringContaining("set COWORK_HOME to"),
      });
    },
  );

  test("with a file in the place of one of its folders names it", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "state"), "");
    expect(homeProblem(place(folder))?.message).toContain(`${folder}/state is not a folder`);
  });

  /** Simulates a folder that the user may not use, because root may use all. */
  const refusing = (refused: string, code: string) => (path: PathLike) => {
    if (path === refused) throw Object.assign(new Error(code), { code });
  };

  test("that belongs to another user names the owner and the fix", async () => {
    const folder = await temporaryFolder();
    const state = join(folder, "state");
    await mkdir(state);
    const whose = user.uid === 0 ? "root" : `the user with uid ${user.uid}`;
    const other = { ...place(folder), user: { ...user, uid: 4711 } };
    for (const path of [folder, state]) {
      expect(homeProblem(other, refusing(path, "EACCES"))).toMatchObject({
        message: `You cannot read and write ${path}, where cowork keeps its data: it belongs to ${whose}.`,
        hint: `sudo chown -R $USER ${path}`,
      });
    }
    expect(homeProblem(place(folder), refusing(state, "EACCES"))).toMatchObject({ hint: `chmod u+rwx ${state}` });
  });

  test("that cannot be created or written suggests another folder", async () => {
    const folder = await temporaryFolder();
    expect(homeProblem(place(join(folder, "cw")), refusing(folder, "EACCES"))).toMatchObject({
      message: `Cannot create ${join(folder, "cw")}, where cowork keeps its data: the mode of ${folder} forbids it.`,
      hint: expect.stringMatching(/^chmod u\+rwx \S+, or .*COWORK_HOME/),
    });
    const others = { ...place(join(folder, "cw")), user: { ...user, uid: 4711 } };
    expect(homeProblem(others, refusing(folder, "EACCES"))).toMatchObject({
      message: expect.stringMatching(/Cannot create .*: \S+ belongs to /),
      hint: expect.stringContaining("COWORK_HOME"),
    });
    expect(homeProblem(place(folder), refusing(folder, "EROFS"))).toMatchObject({
      message: expect.stringContaining("read-only"),
      hint: expect.stringContaining("COWORK_HOME"),
    });
  });
});

describe("an error", () => {
  test("about the home is explained with the problem of the home", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    const path = join(folder, "file", "state");
    const error = toCoworkError(Object.assign(new Error("ENOTDIR"), { code: "ENOTDIR", path }));
    expect(withHomeProblem(place(join(folder, "file")), error).message).toContain("is not a folder");
  });

  test("about a folder in the home that a container's root took names its owner and the fix", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "state", "app-a", "claude");
    await mkdir(path, { recursive: true });
    const error = toCoworkError(Object.assign(new Error("EACCES"), { code: "EACCES", path: join(path, "x") }));
    expect(withHomeProblem(place(folder), error)).toBe(error);
    const whose = user.uid === 0 ? "root" : `the user with uid ${user.uid}`;
    expect(withHomeProblem({ ...place(folder), user: { ...user, uid: 4711 } }, error)).toMatchObject({
      message: `You cannot read and write ${path}: it belongs to ${whose}.`,
      hint: `sudo chown -R $USER ${path}`,
    });
  });

  test("about anything else is unchanged", async () => {
    const folder = await temporaryFolder();
    const elsewhere = toCoworkError(Object.assign(new Error("EACCES"), { code: "EACCES", path: "/x" }));
    expect(withHomeProblem(place(folder), elsewhere)).toBe(elsewhere);
    const other = new CoworkError("SESSION_NOT_FOUND", `Session ${folder} not found.`);
    expect(withHomeProblem(place(folder), other)).toBe(other);
  });

  test.each(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG", "EMFILE", "EIO"])(
    "of the file system is reported with path and hint: %s",
    (code) => {
      const error = toCoworkError(Object.assign(new Error(`${code}: x`), { code, path: "/x/y" }));
      expect(error.code).toBe("PERMISSION_DENIED");
      expect(error.message).toContain("(/x/y)");
      expect(error.hint).toBeTruthy();
    },
  );
});
