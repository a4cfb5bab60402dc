import { randomBytes } from "node:crypto";
import type { Role } from "../../contract/http/route.ts";
import { sha256 } from "../../system/sha256.ts";

/** How long a one-time code can be used. */
const codeMs = 5 * 60_000;
/** Wrong codes in a minute from one peer, after which it hears that there were too many. */
const maxWrong = 5;
const maxCodes = 100;

interface Code {
  role: Role;
  /** what the one who asked for the link calls the device */
  name: string | undefined;
  expiresAt: number;
  /** id of the device that used it; empty: it is being made */
  usedBy: string | undefined;
  /** it was used a second time */
  isSpoiled: boolean;
}

export type Redeemed =
  /** `used` says whether the code was used by this device alone: otherwise it must not keep its token */
  | { is: "good"; role: Role; name: string | undefined; used: (device: string) => boolean }
  /** the code was used before: one of the two who had it is not the person that it was for */
  | { is: "used"; by: string }
  | { is: "wrong" }
  | { is: "too-many" };

/** One-time codes of sign-in links. They are kept in memory only, hashed, so that nothing that reads it can show one. */
export interface Codes {
  make(role: Role, name: string | undefined): { code: string; expiresAt: Date };
  redeem(code: string, peer: string): Redeemed;
}

export function createCodes(now: () => number): Codes {
  const codes = new Map<string, Code>();
  const wrong = new Map<string, number[]>();
  const dropOld = (): void => {
    for (const [hash, { expiresAt }] of codes) if (expiresAt <= now()) codes.delete(hash);
    for (const [peer, times] of wrong) if (times.every((at) => at <= now() - 60_000)) wrong.delete(peer);
  };
  return {
    make: (role, name) => {
      dropOld();
      // The oldest goes: so many are not used.
      if (codes.size >= maxCodes) codes.delete(codes.keys().next().value ?? "");
      const code = randomBytes(18).toString("base64url");
      const expiresAt = now() + codeMs;
      codes.set(sha256(code), { role, name, expiresAt, usedBy: undefined, isSpoiled: false });
      return { code, expiresAt: new Date(expiresAt) };
    },
    redeem: (code, peer) => {
      dropOld();
      const found = codes.get(sha256(code));
      if (found === undefined) {
        const times = [...(wrong.get(peer) ?? []), now()].slice(-maxWrong - 1);
        wrong.set(peer, times);
        const recent = times.filter((at) => at > now() - 60_000);
        return { is: recent.length > maxWrong ? "too-many" : "wrong" };
      }
      if (found.usedBy !== undefined) {
        found.isSpoiled = true;
        return { is: "used", by: found.usedBy };
      }
      // Before anything is awaited: of two that come at the same time only one gets it.
      found.usedBy = "";
      return {
        is: "good",
        role: found.role,
        name: found.name,
        used: (device) => {
          found.usedBy = device;
          return !found.isSpoiled;
        },
      };
    },
  };
}
