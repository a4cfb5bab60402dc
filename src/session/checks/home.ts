import type { Context } from "../../system/context.ts";
import { homeProblem } from "../../system/home-problem.ts";
import { adviceFrom } from "./advice.ts";
import type { Check } from "../session-host.ts";

/** Checks that the cowork home can be used; if not, nothing else can be checked. */
export function checkHome(ctx: Context): Check[] {
  const problem = homeProblem(ctx);
  if (problem === undefined) return [];
  return [{ title: "Cowork home", status: "problem", detail: problem.message, ...adviceFrom(problem) }];
}
