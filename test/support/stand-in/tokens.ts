/**
 * Made-up tokens that behave like the vendor's: refresh tokens are single-use and rotate. Using one a second time revokes its
 * whole family, including access tokens.
 */
export interface Grant {
  family: number;
  access: string;
  refresh: string;
}

export interface Tokens {
  /** a login: starts a new family */
  login(): Grant;
  /** undefined: unknown, revoked, or already used (which revokes the family) */
  refresh(token: string): Grant | undefined;
  /** family of an access token, undefined if it is not valid */
  check(access: string): number | undefined;
  /** a logout */
  revoke(token: string): void;
  revoked(): number[];
}

export function createTokens(): Tokens {
  let count = 0;
  const current = new Map<string, number>();
  const used = new Map<string, number>();
  const access = new Map<string, number>();
  const revoked = new Set<number>();

  const grant = (family: number): Grant => {
    count += 1;
    // as long as real ones, because line breaks are inserted into long ones
    const made = {
      family,
      access: `sk-ant-oat01-made-up-${family}-${count}-${"x".repeat(72)}`,
      refresh: `sk-ant-ort01-made-up-${family}-${count}-${"x".repeat(72)}`,
    };
    current.set(made.refresh, family);
    access.set(made.access, family);
    return made;
  };

  return {
    login: () => grant((count += 1)),
    refresh(token) {
      const family = current.get(token);
      if (family === undefined || revoked.has(family)) {
        const before = used.get(token);
        if (before !== undefined) revoked.add(before);
        return undefined;
      }
      current.delete(token);
      used.set(token, family);
      return grant(family);
    },
    check(token) {
      const family = access.get(token);
      return family === undefined || revoked.has(family) ? undefined : family;
    },
    revoke(token) {
      const family = current.get(token) ?? access.get(token);
      if (family !== undefined) revoked.add(family);
    },
    revoked: () => [...revoked],
  };
}
