import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkConfig } from "../../../../src/session/checks/config.ts";
import type { Context } from "../../../../src/system/context.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

test("a user configuration that is a link into a folder of dotfiles is read like in every command", async () => {
  const folder = await temporaryFolder();
  const paths = coworkPaths(join(folder, ".cowork"));
  await mkdir(join(folder, "dotfiles"));
  await mkdir(join(folder, ".cowork"));
  await writeFile(join(folder, "dotfiles", "cowork.conf"), "CA_CERTS = none\n");
  await symlink(join(folder, "dotfiles", "cowork.conf"), paths.userConf);
  const [conf] = await checkConfig({ paths, env: {} } as Context);
  expect(conf).toMatchObject({ status: "ok", detail: paths.userConf });
});
