import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { TranscriptEntry } from "../../../contract/work/transcript.ts";
import { Icon } from "../../parts/icon.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { At } from "../../parts/time.tsx";
import { count, money, plural } from "../../text/units.ts";
import { plain, withoutColours } from "../../text/visible.ts";
import type { Card } from "./cards.ts";

type Of<K extends TranscriptEntry["kind"]> = Extract<TranscriptEntry, { kind: K }>;

/** One card of the conversation. */
export function Entry({ entry, result }: Card): JSX.Element {
  const isSub = "subagent" in entry && entry.subagent;
  return (
    <li class={`entry ${entry.kind} ${isSub ? "sub" : ""}`}>
      <Content entry={entry} result={result} />
    </li>
  );
}

function Content({ entry, result }: { entry: TranscriptEntry; result: Card["result"] }): JSX.Element {
  switch (entry.kind) {
    case "run":
      return (
        <h2>
          Run {entry.n} <span class="muted">{plain(entry.title)}</span>
        </h2>
      );
    case "prompt":
      return (
        <>
          <div class="entry-head">You {entry.at === undefined ? null : <At at={entry.at} />}</div>
          <Long text={entry.text} />
        </>
      );
    case "text":
      return <Markdown text={entry.text} />;
    case "tool":
      return <ToolCall call={entry} result={result} />;
    case "tool-result":
      return <Long text={withoutColours(entry.text)} />;
    case "denied":
      return (
        <p>
          <b>Denied:</b> {plain(entry.tool)} <span class="muted">{plain(entry.message)}</span>
        </p>
      );
    case "note":
      return <p>{plain(entry.text)}</p>;
    case "result":
      return <Result of={entry} />;
    default:
      return entry satisfies never;
  }
}

/** A call with its result, closed until somebody looks. */
function ToolCall({ call, result }: { call: Of<"tool">; result: Card["result"] }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const state = result === undefined ? "runs" : result.failed ? "failed" : "done";
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Icon name="tool" />
        <span class="tool-name">{plain(call.name)}</span>
        <span class="tool-gist mono">{plain(call.summary.slice(0, 400))}</span>
        <span class={`tool-state ${state}`}>{state}</span>
      </summary>
      {isOpen ? (
        <div class="tool-body">
          <Input input={call.input} />
          {result === undefined ? null : (
            <>
              <h3>Result</h3>
              <Long text={withoutColours(result.text) || "(empty)"} isCode />
              {result.more > 0 ? <p class="muted">{count(result.more)} more characters are left out.</p> : null}
            </>
          )}
        </div>
      ) : null}
    </details>
  );
}

/** The input of a call, one field after the other. */
function Input({ input }: { input: Of<"tool">["input"] }): JSX.Element {
  return (
    <dl class="input-fields">
      {Object.entries(input).map(([name, value]) => (
        <div>
          <dt>{plain(name)}</dt>
          <dd>
            <Long text={typeof value === "string" ? value : JSON.stringify(value, null, 2)} isCode />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const cut = 20_000;

/** A text as it is; a long one in parts. */
function Long({ text, isCode = false }: { text: string; isCode?: boolean }): JSX.Element {
  const [length, setLength] = useState(cut);
  return (
    <>
      <pre class={isCode ? "code" : "words"}>{text.slice(0, length)}</pre>
      {text.length > length ? (
        <button type="button" class="button" onClick={() => setLength(length * 4)}>
          Show more ({count(text.length - length)} characters)
        </button>
      ) : null}
    </>
  );
}

function Result({ of }: { of: Of<"result"> }): JSX.Element {
  const { outcome, detail, cost, turns, tokens } = of;
  const facts = [
    plural(turns, "turn"),
    ...(cost > 0 ? [money(cost)] : []),
    `${count(tokens.input)} tokens in`,
    `${count(tokens.output)} out`,
  ];
  return (
    <p>
      <b>{plain(outcome)}</b>
      {detail === undefined ? "" : `: ${plain(detail)}`} <span class="muted">{facts.join(" · ")}</span>
    </p>
  );
}
