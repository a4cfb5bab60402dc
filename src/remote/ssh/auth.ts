import type ssh2Module from "ssh2";
import type { AnyAuthMethod } from "ssh2";
import { CoworkError } from "../../errors.ts";
import { plain, plainLines } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import type { Deadline } from "./deadline.ts";
import { addressOf } from "./failures.ts";
import { listIdentities } from "./identities.ts";
import { createKeyring, type Keyring } from "./keyring.ts";
import type { HostOptions } from "./options.ts";

type Ssh2 = typeof ssh2Module;

export interface Auth {
  /** Returns the next authentication method. @throws HOST_AUTH_FAILED if none is left */
  next(allowed: readonly string[] | undefined): Promise<AnyAuthMethod>;
  /** Converts an error during authentication; undefined if it is another error. */
  explain(cause: unknown): CoworkError | undefined;
  passwordExpired(): CoworkError;
}

/** Limit for the number of questions, because a host can ask without end. */
const maxRounds = 20;
/** number of lines */
const maxInstructions = 30;

/** Authentication in OpenSSH's order: keys (of the agent and of identity files), keyboard-interactive, password. */
export function createAuth(ctx: RemoteContext, host: HostOptions, ssh2: Ssh2, deadline: Deadline): Auth {
  const username = host.user;
  const tried = new Set<string>();
  const note = (way: string): void => void tried.add(way);
  let keyring: Keyring | undefined;
  let prompts = { "keyboard-interactive": host.passwordPrompts, password: host.passwordPrompts };
  let gaveUp = host.batchMode;
  let rounds = 0;

  const askSecret = async (text: string, echo: boolean, detail: string[]): Promise<string | undefined> => {
    if (gaveUp) return undefined;
    rounds += 1;
    const answer = rounds > maxRounds ? undefined : await ctx.askSecret({ text, echo, detail });
    gaveUp ||= answer === undefined;
    return answer;
  };
  const byKey = async (): Promise<AnyAuthMethod | undefined> => {
    keyring ??= createKeyring(ctx, ssh2, await listIdentities(ctx, host, ssh2), { note, deadline });
    const agent = await keyring.next();
    return agent === undefined ? undefined : { type: "agent", username, agent };
  };
  const byQuestions = (): AnyAuthMethod => ({
    type: "keyboard-interactive",
    username,
    prompt: (name, instructions, _language, questions, finish) => {
      const detail = [name, instructions].flatMap(plainLines).slice(0, maxInstructions);
      const answerAll = async (): Promise<string[]> => {
        const answers: string[] = [];
        for (const { prompt, echo } of questions) {
          const text = plain(`${username}@${host.alias}: ${prompt}`);
          const answer = await askSecret(text, echo === true, detail);
          if (answer === undefined) return [];
          note("keyboard-interactive");
          answers.push(answer);
        }
        return answers;
      };
      answerAll().then(
        (answers) => finish(answers),
        () => finish([]),
      );
    },
  });
  const byPassword = async (): Promise<AnyAuthMethod | undefined> => {
    const password = await askSecret(`Password for ${plain(username)}@${plain(host.alias)}`, false, []);
    if (password === undefined) return undefined;
    note("password");
    return { type: "password", username, password };
  };

  return {
    next: async (allowed) => {
      // `none` asks which methods the host allows, and succeeds if it needs none. After a key, ssh2 does not report what else is needed.
      if (allowed === undefined || keyring?.hasSigned() === true) return { type: "none", username };
      const may = (way: keyof HostOptions["methods"]): boolean => host.methods[way] && allowed.includes(way);
      const withKey = may("publickey") ? await byKey() : undefined;
      if (withKey !== undefined) return withKey;
      if (may("keyboard-interactive") && prompts["keyboard-interactive"] > 0 && !gaveUp) {
        prompts = { ...prompts, "keyboard-interactive": prompts["keyboard-interactive"] - 1 };
        return byQuestions();
      }
      if (may("password") && prompts.password > 0 && !gaveUp) {
        prompts = { ...prompts, password: prompts.password - 1 };
        const withPassword = await byPassword();
        if (withPassword !== undefined) return withPassword;
      }
      throw authFailed(host, tried, { allowed, skipped: keyring?.skipped ?? [] });
    },
    explain: (cause) => {
      // Codes of SSH's disconnect messages; OpenSSH uses 2 for "too many authentication failures".
      const code: unknown = cause instanceof Error ? (cause as { code?: unknown }).code : undefined;
      const said = cause instanceof Error ? plain(cause.message).slice(0, 300) : "";
      if (typeof code !== "number" || cause instanceof CoworkError) return undefined;
      return authFailed(host, tried, { said, skipped: keyring?.skipped ?? [] });
    },
    passwordExpired: () => authFailed(host, tried, { said: "the password has expired", skipped: [] }),
  };
}

function authFailed(
  host: HostOptions,
  tried: ReadonlySet<string>,
  more: { said?: string; allowed?: readonly string[]; skipped: readonly string[] },
): CoworkError {
  const what = tried.size === 0 ? "no method to try" : `tried: ${[...tried].join(", ")}`;
  const said = more.said === undefined ? "" : ` (${more.said})`;
  const allowed = more.allowed?.length ? `; it accepts ${more.allowed.map((way) => plain(way)).join(", ")}` : "";
  const skipped = more.skipped.length === 0 ? "" : `; skipped: ${more.skipped.join(", ")}`;
  const who = `${plain(host.user)}@${addressOf(host)}`;
  return new CoworkError("HOST_AUTH_FAILED", `Authentication as ${who} failed${said}: ${what}${skipped}${allowed}.`, {
    hint: `log in with ssh first: ssh ${host.typed}`,
  });
}
