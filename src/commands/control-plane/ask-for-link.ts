import type { SignInLink } from "../../contract/http/auth.ts";
import type { App } from "../process/app.ts";
import { endedMeanwhile } from "./ended-meanwhile.ts";

export async function askForLink(
  app: App,
  input: { role: SignInLink["role"]; name?: string; at?: "local" },
): Promise<SignInLink> {
  const [{ askServer }, { ctx }] = await Promise.all([import("../../server/client.ts"), app.scope()]);
  const made = await askServer(ctx, { key: "POST /devices/links", input });
  if (made !== undefined) return made.answer;
  throw endedMeanwhile("cowork ui");
}

export function withoutCode(url: string): string {
  return url.replace(/#.*$/, "");
}
