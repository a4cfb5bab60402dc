import { parseJson } from "../../contract/common.ts";
import { notifierFile, type NotifierFile } from "../../contract/notify/notify.ts";
import type { Context } from "../../system/context.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";

/** What the notifier remembers. Changes are made at once, and are on disk after `save`. */
export interface NotifierStore {
  readonly state: NotifierFile;
  change(change: Partial<NotifierFile>): void;
  /** Writes changes, one write at a time. @throws DISK_FULL … */
  save(): Promise<void>;
}

const maxBytes = 16 * 1024 * 1024;
/** More sessions and topics are forgotten, the oldest first: another machine can name any number. */
const maxKept = 1_000;

const nothing: NotifierFile = {
  version: 1,
  readAt: 0,
  topics: [],
  sessions: {},
  nonces: [],
  updates: {},
  channels: {},
};

export async function readNotifier({ paths }: Pick<Context, "paths">): Promise<NotifierFile> {
  const text = await readTextFile(paths.notifier, { maxBytes }).catch(() => undefined);
  // A file of another version: what was reported is reported again once.
  return notifierFile.safeParse(parseJson(text ?? "")).data ?? nothing;
}

/** The caller holds the notifier's lock. */
export async function openStore(ctx: Pick<Context, "paths">): Promise<NotifierStore> {
  let state = await readNotifier(ctx);
  let isChanged = false;
  let writing = Promise.resolve();
  const write = async (): Promise<void> => {
    if (!isChanged) return;
    isChanged = false;
    state = bounded(state);
    await writeFileAtomic(ctx.paths.notifier, JSON.stringify(state), { mode: 0o600 });
  };
  return {
    get state() {
      return state;
    },
    change: (change) => {
      state = { ...state, ...change };
      isChanged = true;
    },
    save: async () => {
      const done = writing.then(write);
      writing = done.catch(() => undefined);
      await done;
    },
  };
}

function bounded(state: NotifierFile): NotifierFile {
  const sessions = Object.entries(state.sessions);
  return {
    ...state,
    topics: state.topics.slice(-maxKept),
    nonces: state.nonces.slice(-maxKept),
    sessions:
      sessions.length <= maxKept
        ? state.sessions
        : Object.fromEntries(sessions.toSorted(([, a], [, b]) => b.at - a.at).slice(0, maxKept)),
  };
}
