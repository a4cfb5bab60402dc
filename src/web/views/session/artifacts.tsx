import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { send } from "../../api/call.ts";
import { Icon } from "../../parts/icon.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { RunPill } from "../../parts/state-pill.tsx";
import { At } from "../../parts/time.tsx";
import { useRunsOf } from "../../state/runs-of.ts";
import { keyOf, type Session } from "../../state/sessions.ts";
import { attempt } from "../../state/toasts.ts";
import { bytes } from "../../text/units.ts";
import { plain } from "../../text/visible.ts";
import type { RunView } from "../../../contract/work/run.ts";

/** Larger files are saved, not shown. */
const maxShown = 512 * 1024;

interface Shown {
  name: string;
  run: number;
  text: string;
}

/** What runs left: plans, reports, diffs, transcripts. */
export function Artifacts({ session }: { session: Session }): JSX.Element {
  const runs = useRunsOf(session).filter(({ artifacts }) => artifacts.length > 0);
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  if (runs.length === 0)
    return (
      <div class="empty">
        <strong>No artifacts</strong>A run leaves its plan, report, diff and transcript here.
      </div>
    );
  return (
    <>
      {runs.map((run) => (
        <section class="group" aria-labelledby={`run-${run.n}`}>
          <div class="group-head">
            <h2 id={`run-${run.n}`}>
              Run {run.n}: {plain(run.title)}
            </h2>
            <RunPill run={run} />
            {run.endedAt === undefined ? null : (
              <span>
                <At at={run.endedAt} />
              </span>
            )}
          </div>
          <ul class="card rows">
            {run.artifacts.map((file) => (
              <Row file={file} run={run} session={session} shown={shown} onShow={setShown} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Row(props: {
  file: RunView["artifacts"][number];
  run: RunView;
  session: Session;
  shown: Shown | undefined;
  onShow: (shown: Shown | undefined) => void;
}): JSX.Element {
  const { file, run, session, shown, onShow } = props;
  const isOpen = shown !== undefined && shown.name === file.name && shown.run === run.n;
  const load = async (): Promise<Response | undefined> => {
    const params = { session: keyOf(session), run: String(run.n), artifact: file.name };
    return await attempt(send("GET /sessions/{session}/runs/{run}/artifacts/{artifact}", { params }));
  };
  const show = async (): Promise<void> => {
    const text = await (await load())?.text();
    if (text !== undefined) onShow({ name: file.name, run: run.n, text });
  };
  return (
    <li class="artifact">
      <Icon name="file" />
      <span class="mono">{plain(file.name)}</span>
      <span class="muted number">{bytes(file.bytes)}</span>
      <span class="actions">
        {file.bytes <= maxShown ? (
          <button
            type="button"
            class="button"
            data-row
            aria-expanded={isOpen}
            onClick={() => (isOpen ? onShow(undefined) : void show())}
          >
            {isOpen ? "Hide" : "Show"}
          </button>
        ) : null}
        <button
          type="button"
          class="button"
          onClick={() => void load().then(async (answer) => await save(file.name, answer))}
        >
          Save
        </button>
      </span>
      {isOpen ? (
        <div class="artifact-text">
          {file.name.endsWith(".md") ? <Markdown text={shown.text} /> : <pre class="code">{shown.text}</pre>}
        </div>
      ) : null}
    </li>
  );
}

/** Saves a file through the browser: the token is in a header, so that no plain link can load it. */
async function save(name: string, answer: Response | undefined): Promise<void> {
  if (answer === undefined) return;
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
