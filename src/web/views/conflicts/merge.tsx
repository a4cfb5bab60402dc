import type { JSX } from "preact";
import type { MergeItem } from "../../../contract/merging/merge.ts";
import type { RouteOutput } from "../../../contract/http/routes.ts";
import { mergeHeading, mergeWords } from "../../state/merge.ts";
import { Since } from "../../parts/time.tsx";
import { plain } from "../../text/visible.ts";

/** The newest merge into the project's branch: what became of each session, and where the result is. */
export function LastMerge({ merge }: { merge: RouteOutput<"GET /merges">["merge"] }): JSX.Element | null {
  if (merge === null) return null;
  const { result } = merge;
  return (
    <section class="group" aria-labelledby="merge">
      <div class="group-head">
        <h2 id="merge">{plain(mergeHeading(merge))}</h2>
        <span>
          <Since at={merge.endedAt ?? merge.startedAt} />
        </span>
      </div>
      {merge.error === undefined ? null : <p class="notice">{plain(merge.error.message)}</p>}
      <ul class="card rows">
        {merge.items.map((item) => (
          <Item key={`${item.session}@${item.host}`} item={item} />
        ))}
      </ul>
      {result === undefined ? null : (
        <p class="muted merge-result">
          {result.tested ? "Tested. " : "Not tested. "}
          Now in <code>{plain(result.ref.replace(/^refs\/heads\//, ""))}</code>
          {result.how === "branch" ? ", a branch of its own: merge it with git when you are ready." : "."}
        </p>
      )}
    </section>
  );
}

function Item({ item }: { item: MergeItem }): JSX.Element {
  const [text, tone] = mergeWords[item.state];
  const { detail, paths = [] } = item;
  return (
    <li class="pair-path">
      <b>{plain(item.session)}</b>
      <span class={`pill ${tone}`}>{text}</span>
      {detail === undefined && paths.length === 0 ? null : (
        <span class="muted wide">{plain(detail ?? paths.join(", "))}</span>
      )}
    </li>
  );
}
