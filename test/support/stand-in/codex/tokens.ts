import { randomUUID } from "node:crypto";

/**
 * Made-up tokens of the form that Codex reads: access and id tokens are JWTs without a valid signature; refresh tokens are single-use
 * and rotate. Using one a second time is refused.
 */
export interface CodexGrant {
  access_token: string;
  id_token: string;
  refresh_token: string;
}

/** Times of an access token, in seconds. */
export interface Made {
  /** until its end */
  expiresIn: number;
  /** since it was made, as it says */
  age: number;
}

export interface CodexTokens {
  login(made: Made): CodexGrant;
  /** undefined: unknown, revoked or already used */
  refresh(token: string, made: Made): CodexGrant | undefined;
  /** is this access token one of ours, not expired and not revoked? */
  check(access: string): boolean;
  /** a logout: nothing is valid any more */
  revoke(): void;
  /** the number of a refresh token, in the order of their making */
  numberOf(token: string): number | undefined;
}

/** Id of the only account. */
export const account = "33333333-3333-4333-8333-333333333333";

export function createCodexTokens(): CodexTokens {
  let count = 0;
  const current = new Set<string>();
  const numbers = new Map<string, number>();
  const access = new Map<string, number>();

  const grant = ({ expiresIn, age }: Made): CodexGrant => {
    count += 1;
    const now = Math.floor(Date.now() / 1000);
    const auth = {
      chatgpt_account_id: account,
      chatgpt_plan_type: "pro",
      chatgpt_user_id: "user-made-up",
      user_id: "user-made-up",
    };
    const claims = { iss: "https://auth.openai.com", iat: now - age, "https://api.openai.com/auth": auth };
    const made = {
      access_token: jwt({ ...claims, jti: randomUUID(), exp: now + expiresIn }),
      id_token: jwt({ ...claims, email: "made-up@example.com", exp: now + 3600 }),
      refresh_token: `rt-made-up-${String(count)}-${"x".repeat(60)}`,
    };
    current.add(made.refresh_token);
    numbers.set(made.refresh_token, count);
    access.set(made.access_token, (now + expiresIn) * 1000);
    return made;
  };
  return {
    login: grant,
    refresh: (token, made) => (current.delete(token) ? grant(made) : undefined),
    check: (token) => (access.get(token) ?? 0) > Date.now(),
    revoke: () => {
      current.clear();
      access.clear();
    },
    numberOf: (token) => numbers.get(token),
  };
}

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [part({ alg: "RS256", typ: "JWT" }), part(claims), "bWFkZS11cA"].join(".");
}
