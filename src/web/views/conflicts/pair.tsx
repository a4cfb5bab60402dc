import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ConflictPair, ConflictPath, JudgedSession } from "../../../contract/merging/conflicts.ts";
import { call } from "../../api/call.ts";
import { DiffFileView } from "../../parts/diff-file.tsx";
import { Loaded, useLoaded } from "../../parts/loaded.tsx";
import { classMeaning, classWords, keyOfNamed } from "../../state/conflicts.ts";
import { parseDiff } from "../../text/parse-diff.ts";
import { plain } from "../../text/visible.ts";
import { label } from "./matrix.tsx";

interface Props {
  project: string;
  sessions: readonly JudgedSession[];
  pair: ConflictPair;
}

/** One pair: why it collides, in which paths and names, and both sides. */
export function PairView({ project, sessions, pair }: Props): JSX.Element {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.scrollIntoView({ block: "nearest" }), []);
  const [text, tone] = classWords[pair.class];
  const { a, b, paths, reason } = pair;
  return (
    <section class="group" aria-labelledby="pair" aria-live="polite">
      <div class="group-head">
        <h2 id="pair" ref={head}>
          {label(a)} and {label(b)}
        </h2>
      </div>
      <p class="pair-why">
        <span class={`pill ${tone}`}>{text}</span>{" "}
        <span class="muted">{reason === undefined ? classMeaning[pair.class] : plain(reason)}</span>
      </p>
      {paths.length === 0 ? null : (
        <ul class="card rows">
          {paths.map((path) => (
            <PathRow sessions={sessions} pair={pair} path={path} />
          ))}
        </ul>
      )}
      {pair.class === "textual" ? <Merged project={project} pair={pair} /> : null}
    </section>
  );
}

function PathRow({ sessions, pair, path }: Omit<Props, "project"> & { path: ConflictPath }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { kind, entities, within, certain, usedIn } = path;
  return (
    <li class="pair-path">
      <code>{plain(path.path)}</code>
      <span class="muted">
        {kind}
        {within === undefined ? "" : `, ${within}`}
        {certain === false ? ", possible" : ""}
      </span>
      <button type="button" class="button" data-row aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? "Hide sides" : "Both sides"}
        <span class="hidden"> of {plain(path.path)}</span>
      </button>
      {entities.length === 0 && usedIn === undefined ? null : (
        <p class="wide">
          {entities.map((name) => (
            <code class="pair-name">{plain(name)}</code>
          ))}
          {usedIn === undefined ? "" : ` used in ${plain(usedIn.name)} of ${plain(usedIn.path)}`}
        </p>
      )}
      {isOpen ? (
        <div class="wide sides">
          {[pair.a, pair.b].map((name, n) => (
            <Side
              name={name}
              session={keyOfNamed(sessions, name)}
              path={n === 1 ? (usedIn?.path ?? path.path) : path.path}
            />
          ))}
        </div>
      ) : null}
    </li>
  );
}

/** What one side has changed in the path. */
function Side(props: { name: string; session: string | undefined; path: string }): JSX.Element {
  const { name, session, path } = props;
  return (
    <section aria-label={label(name)}>
      <h3>{label(name)}</h3>
      {session === undefined ? (
        <p class="muted">git log shows what the branch has since the session began.</p>
      ) : (
        <SideDiff session={session} path={path} />
      )}
    </section>
  );
}

function SideDiff({ session, path }: { session: string; path: string }): JSX.Element {
  const diff = useLoaded(
    async (signal) => await call("GET /sessions/{session}/diff", { params: { session }, query: { path }, signal }),
    [session, path],
  );
  return <Loaded of={diff}>{({ text }) => <Files id={`side-${session}`} text={text} />}</Loaded>;
}

/** What git would leave in the files: both sides between its markers. */
function Merged({ project, pair: { a, b } }: Pick<Props, "project" | "pair">): JSX.Element {
  const found = useLoaded(
    async (signal) => await call("GET /conflicts", { query: { project, a, b }, signal }),
    [project, a, b],
  );
  return (
    <section aria-labelledby="merged">
      <h3 id="merged" class="merged-head">
        What a merge would leave
      </h3>
      <Loaded of={found}>
        {({ diffs = [] }) => <Files id="merged-file" text={diffs.map(({ text }) => text).join("\n")} />}
      </Loaded>
    </section>
  );
}

function Files({ id, text }: { id: string; text: string }): JSX.Element {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const files = parseDiff(text);
  const toggle = (path: string, isOpen: boolean): void => {
    const next = new Set(closed);
    if (isOpen) next.delete(path);
    else next.add(path);
    setClosed(next);
  };
  if (files.length === 0) return <p class="muted">No changes in it.</p>;
  return (
    <>
      {files.map((file, n) => (
        <DiffFileView
          id={`${id}-${n}`}
          file={file}
          isOpen={!closed.has(file.path)}
          onToggle={(isOpen) => toggle(file.path, isOpen)}
        />
      ))}
    </>
  );
}
