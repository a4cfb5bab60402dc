/** The user who runs cowork on this host, and the uid that is used inside the containers. */
export interface HostUser {
  uid: number;
  gid: number;
  name: string;
  /** the user's home folder */
  home: string;
  isRoot: boolean;
  /** owns clone, vault and session state, and runs the agent; 1000 if the host user is root */
  sessionUid: number;
  sessionGid: number;
}

export function hostUser(identity: { uid: number; gid: number; username: string; homedir: string }): HostUser {
  const isRoot = identity.uid === 0;
  return {
    uid: identity.uid,
    gid: identity.gid,
    name: identity.username,
    home: identity.homedir,
    isRoot,
    sessionUid: isRoot ? 1000 : identity.uid,
    sessionGid: isRoot ? 1000 : identity.gid,
  };
}
