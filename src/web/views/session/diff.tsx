import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { call } from "../../api/call.ts";
import { DiffFileView } from "../../parts/diff-file.tsx";
import { Loaded, useLoaded } from "../../parts/loaded.tsx";
import { keyOf, type Session } from "../../state/sessions.ts";
import { parseDiff, type DiffFile } from "../../text/parse-diff.ts";
import { plural } from "../../text/units.ts";
import { plain } from "../../text/visible.ts";

/** Files that are open at once when the view opens. */
const openAtOnce = 20;

/** Everything that the session has changed since it started, file by file. */
export function DiffTab({ session }: { session: Session }): JSX.Element {
  const key = keyOf(session);
  const [attempt, setAttempt] = useState(0);
  const diff = useLoaded(
    async (signal) => await call("GET /sessions/{session}/diff", { params: { session: key }, signal }),
    // A turn that ends may have changed files.
    [key, attempt, session.agentState?.state === "working" ? "" : session.agentState?.since],
  );
  return (
    <Loaded of={diff}>
      {({ text, truncated }) => <Files text={text} isCut={truncated} onReload={() => setAttempt(attempt + 1)} />}
    </Loaded>
  );
}

function Files({ text, isCut, onReload }: { text: string; isCut: boolean; onReload: () => void }): JSX.Element {
  const files = useMemo(() => parseDiff(text), [text]);
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(files.slice(0, openAtOnce).map(({ path }) => path)),
  );
  const toggle = (path: string, isOpen: boolean): void => {
    const next = new Set(open);
    if (isOpen) next.add(path);
    else next.delete(path);
    setOpen(next);
  };
  if (files.length === 0)
    return (
      <div class="empty">
        <strong>No changes</strong>
        The session's files are as they were when it started.
      </div>
    );
  return (
    <>
      <div class="diff-head">
        <p>
          <b>{plural(files.length, "file")}</b> <Counts files={files} />
        </p>
        <button type="button" class="button" onClick={onReload}>
          Load again
        </button>
      </div>
      {isCut ? <p class="notice">The diff is too long and was cut. Pull the session to see all of it.</p> : null}
      <div class="diff">
        <nav class="diff-list" aria-label="Changed files">
          <ul>
            {files.map((file, index) => (
              <li>
                <a
                  href={`#file-${index}`}
                  title={plain(file.path)}
                  data-row
                  onClick={(event) => {
                    event.preventDefault();
                    toggle(file.path, true);
                    document.querySelector(`#file-${index}`)?.scrollIntoView();
                    document.querySelector<HTMLElement>(`#file-${index} summary`)?.focus({ preventScroll: true });
                  }}
                >
                  <span class="diff-path">{plain(file.path)}</span>
                  <Counts files={[file]} />
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="diff-files">
          {files.map((file, index) => (
            <DiffFileView
              key={file.path}
              id={`file-${index}`}
              file={file}
              isOpen={open.has(file.path)}
              onToggle={(isOpen) => toggle(file.path, isOpen)}
            />
          ))}
        </div>
      </div>
    </>
  );
}

export function Counts({ files }: { files: readonly DiffFile[] }): JSX.Element {
  const sum = (of: "added" | "removed"): number => files.reduce((total, file) => total + file[of], 0);
  return (
    <span class="counts">
      <span class="plus">+{sum("added")}</span> <span class="minus">−{sum("removed")}</span>
    </span>
  );
}
