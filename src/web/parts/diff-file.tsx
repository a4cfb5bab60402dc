import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DiffFile, DiffHunk, DiffLine } from "../text/parse-diff.ts";
import { count } from "../text/units.ts";
import { plain } from "../text/visible.ts";

/** Lines that are drawn at once, and characters of one line. */
const maxLines = 2_000;
const maxLength = 2_000;

const kinds = { added: "new", deleted: "deleted", moved: "moved", changed: "" };
const signs = { add: "+", remove: "−", same: " ", note: " " };

/** The changes of one file. Closed, it draws nothing. */
export function DiffFileView(props: {
  id: string;
  file: DiffFile;
  isOpen: boolean;
  onToggle: (isOpen: boolean) => void;
}): JSX.Element {
  const { id, file, isOpen, onToggle } = props;
  const from = file.from === undefined ? "" : `${plain(file.from)} → `;
  return (
    <details
      id={id}
      class="card diff-file"
      open={isOpen}
      onToggle={({ currentTarget }) => onToggle(currentTarget.open)}
    >
      <summary>
        <span class="diff-path">
          {from}
          {plain(file.path)}
        </span>
        {kinds[file.kind] === "" ? null : <span class="muted">{kinds[file.kind]}</span>}
        <span class="counts">
          <span class="plus">+{file.added}</span> <span class="minus">−{file.removed}</span>
        </span>
      </summary>
      {isOpen ? <Lines file={file} /> : null}
    </details>
  );
}

function Lines({ file }: { file: DiffFile }): JSX.Element {
  const [limit, setLimit] = useState(maxLines);
  if (file.binary) return <p class="diff-none">A binary file.</p>;
  if (file.hunks.length === 0) return <p class="diff-none">The content is the same.</p>;
  let left = limit;
  const shown: DiffHunk[] = [];
  for (const hunk of file.hunks) {
    if (left <= 0) break;
    shown.push({ ...hunk, lines: hunk.lines.slice(0, left) });
    left -= hunk.lines.length;
  }
  return (
    <>
      {shown.map((hunk) => (
        <table class="diff-lines">
          <caption>{plain(hunk.heading) === "" ? "Changes" : plain(hunk.heading.slice(0, 200))}</caption>
          <tbody>
            {hunk.lines.map((line) => (
              <Line line={line} />
            ))}
          </tbody>
        </table>
      ))}
      {left < 0 ? (
        <button type="button" class="button diff-more" onClick={() => setLimit(limit + maxLines)}>
          Show {count(Math.min(-left, maxLines))} more lines
        </button>
      ) : null}
    </>
  );
}

function Line({ line }: { line: DiffLine }): JSX.Element {
  const { kind, text, before, after } = line;
  const rest = text.length - maxLength;
  return (
    <tr class={kind}>
      <td class="no">{before}</td>
      <td class="no">{after}</td>
      <td class="sign">{signs[kind]}</td>
      <td>
        {text.slice(0, maxLength)}
        {rest > 0 ? <span class="muted"> … {count(rest)} more characters</span> : null}
      </td>
    </tr>
  );
}
