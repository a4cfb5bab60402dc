import os from "node:os";

/**
 * Gives a name to a uid that has no entry in the password file. The CLI needs one only for the name of a folder, and would fail
 * without.
 */
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
