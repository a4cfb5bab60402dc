import { ownCommand } from "../../hint.ts";
import { adviceFrom, adviceOf } from "./advice.ts";
import { statfs } from "node:fs/promises";
import { type CoworkError, toCoworkError } from "../../errors.ts";
import type { EngineInfo } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import type { Check } from "../session-host.ts";

/** Below this much free space an image build or a clone is likely to fail. */
const lowDisk = 5 * 1024 ** 3;

/** Checks that there is an engine, that it is new enough, and that the disks have room. */
export async function checkEngine(ctx: Context): Promise<Check[]> {
  const home = await checkDisk("Disk of the cowork home", ctx.paths.home);
  try {
    const info = await ctx.engine.info();
    return [engineCheck(info), await checkDisk("Disk of the engine", info.dataRoot), home];
  } catch (error) {
    const known = toCoworkError(error);
    return [
      {
        title: "Docker Engine",
        status: "problem",
        detail: known.message,
        ...engineAdvice(ctx, known),
      },
      home,
    ];
  }
}

/** The general advice is to run doctor, which is running. */
function engineAdvice({ env }: Context, error: CoworkError): Pick<Check, "fix" | "next"> {
  const [first] = error.next ?? [];
  const isDoctor = typeof first === "object" && first.command === "doctor";
  if (first !== undefined && !isDoctor) return adviceFrom(error);
  const isSet = (env["DOCKER_HOST"] ?? "") !== "";
  return { fix: isSet ? "unset DOCKER_HOST, or set it to a running engine" : "run ./install.sh to install one" };
}

function engineCheck(info: EngineInfo): Check {
  const title = "Docker Engine";
  const detail = `${info.version}, ${info.os}/${info.arch}, ${info.cpus} cores, ${info.storageDriver}`;
  if (info.os !== "linux") return { title, status: "problem", detail, fix: "use an engine that runs Linux containers" };
  const major = Number.parseInt(info.version, 10);
  if (major < 20)
    return {
      title,
      status: "warning",
      detail: `${detail}: older than 20.10, not tested`,
      fix: "install a newer engine",
    };
  return { title, status: "ok", detail };
}

async function checkDisk(title: string, path: string): Promise<Check> {
  const found = await statfs(path).catch(() => undefined);
  if (found === undefined)
    return { title, status: "ok", detail: `${path} is not on this machine or does not exist yet` };
  const free = found.bavail * found.bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free (${path})`;
  if (free > lowDisk) return { title, status: "ok", detail };
  return {
    title,
    status: "warning",
    detail,
    ...adviceOf([ownCommand("clean", "--images"), ", or free disk space in another way"]),
  };
}
