import type { Login, LoginState } from "../agent/types.ts";
import { plain } from "../system/text.ts";
import type { Style, Tone } from "./style.ts";

const marks: Record<LoginState, { mark: string; tone: Tone }> = {
  ok: { mark: "✔", tone: "green" },
  none: { mark: "✖", tone: "red" },
  broken: { mark: "✖", tone: "red" },
};

/** One line that says who is logged in, with details of the login below it. */
export function renderLogin(login: Login, style: Style): string {
  const { mark, tone } = marks[login.state];
  const { account, organization, plan, endsAt, expiresAt, longLived } = login;
  const end = longLived === true ? expiresAt : endsAt;
  const facts: [string, string | undefined][] = [
    ["account", account],
    ["organization", organization],
    ["plan", plan],
    ["ends", end?.toISOString().slice(0, 16).replace("T", " ").concat(" UTC")],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${style("dim", name)}  ${plain(value)}`],
  );
  return [`${style(tone, mark)} ${plain(login.detail)}`, ...lines].join("\n");
}
