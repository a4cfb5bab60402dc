import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import { pathExists } from "../../system/files/files.ts";
import { findProgram } from "../../system/process/find-program.ts";
import { shellWord } from "../../system/shell-word.ts";
import { plain } from "../../system/text.ts";
import { editUserFile, readUserFile, type SetupContext } from "./setup-file.ts";
import { isOwnUnit, isSameUnit, unitName, unitText } from "./setup-unit.ts";
import type { SetupItem, SetupKind } from "./setup-types.ts";

const name = "service";
const limits = { timeoutMs: 30_000, maxOutput: 64 * 1024 } as const;

/** `cowork serve` in the background, as a unit of the user's own systemd. */
export const service: SetupKind = { name, read, setUp, undo };

/** Nothing where no service manager of the user runs, as in a container. */
async function read(ctx: SetupContext): Promise<SetupItem[]> {
  const { env } = ctx;
  if (findProgram(env, "launchctl") !== undefined) return [{ name, file: "launchd", state: "unsupported" }];
  const runtime = env["XDG_RUNTIME_DIR"] ?? "";
  const isManaged = runtime.startsWith("/") && (await pathExists(join(runtime, "systemd")));
  if (!isManaged || findProgram(env, "systemctl") === undefined) return [];
  return [await readUnit(ctx)];
}

async function readUnit(ctx: SetupContext): Promise<SetupItem> {
  const file = unitFile(ctx);
  const text = await readUserFile(file);
  const item = (state: SetupItem["state"]): SetupItem => ({ name, file, state });
  if (text === undefined) return item("not-set-up");
  if (!isOwnUnit(text)) return item("taken");
  return item(isSameUnit(text, unitText(ctx)) ? "set-up" : "outdated");
}

async function setUp(ctx: SetupContext, item: SetupItem): Promise<SetupItem> {
  await editUserFile(ctx, item.file, () => unitText(ctx));
  for (const args of [["daemon-reload"], ["enable", unitName], ["restart", unitName]]) await systemctl(ctx, args);
  const linger = `It ends when you log out, unless you run: loginctl enable-linger ${shellWord(ctx.user.name)}`;
  return { ...item, state: "set-up", note: linger };
}

async function undo(ctx: SetupContext, item: SetupItem): Promise<SetupItem> {
  // What is not loaded any more cannot be disabled, and need not be.
  await systemctl(ctx, ["disable", "--now", unitName]).catch(() => undefined);
  ctx.signal.throwIfAborted();
  await editUserFile(ctx, item.file, (text) => (text !== undefined && isOwnUnit(text) ? undefined : text));
  await systemctl(ctx, ["daemon-reload"]).catch(() => undefined);
  return await readUnit(ctx);
}

function unitFile({ env, user }: SetupContext): string {
  const own = env["XDG_CONFIG_HOME"] ?? "";
  return join(own.startsWith("/") ? own : join(user.home, ".config"), "systemd", "user", unitName);
}

async function systemctl(ctx: SetupContext, args: readonly string[]): Promise<void> {
  const { code, stderr } = await ctx.run("systemctl", ["--user", ...args], { ...limits, signal: ctx.signal });
  if (code === 0) return;
  const said = plain(stderr.trim()).slice(0, 300);
  throw new CoworkError(
    "PROGRAM_MISSING",
    `systemctl --user ${args.join(" ")} failed: ${said || `exit code ${code}`}`,
    {
      hint: `run it yourself: systemctl --user ${args.join(" ")}`,
    },
  );
}
