import os from "node:os";

/** A uid without an entry in the password file: the CLI wants no more than a name for a folder, and would end. */
export function nameEveryUser(): void {
  const { userInfo } = os;
  const named = (): os.UserInfo<string> => {
    try {
      return userInfo();
    } catch {
      const uid = process.getuid?.() ?? 0;
      const homedir = process.env["HOME"] ?? "/";
      return { uid, gid: process.getgid?.() ?? 0, username: String(uid), homedir, shell: null };
    }
  };
  Object.assign(os, { userInfo: named });
}
