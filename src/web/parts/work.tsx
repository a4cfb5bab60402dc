import type { JSX } from "preact";
import { detailOf, type Session } from "../state/sessions.ts";
import { plural } from "../text/units.ts";

/** What of a session's work is nowhere else: in the fewest words. Nothing if all is safe, or if it is not known yet. */
export function workWords(session: Session): string[] {
  const { git, unsaved, unsavedWork = [] } = detailOf(session);
  if (git === undefined || git === null) return unsaved === true ? [plural(unsavedWork.length, "unsaved thing")] : [];
  const changed = git.uncommitted + git.untracked;
  const words: string[] = [];
  if (changed > 0) words.push(`${plural(changed, "file")} uncommitted`);
  if (git.ahead > 0) words.push(`${plural(git.ahead, "commit")} not pulled`);
  if (git.stashes > 0) words.push(plural(git.stashes, "stash").replace(/stashs$/, "stashes"));
  return words.length === 0 && unsaved === true ? ["unsaved work"] : words;
}

export function Work({ session }: { session: Session }): JSX.Element {
  const words = workWords(session);
  const { git } = detailOf(session);
  if (words.length > 0)
    return (
      <span class="work" title={detailOf(session).unsavedWork?.join("\n")}>
        {words.map((word) => (
          <span>{word}</span>
        ))}
      </span>
    );
  return git === undefined || git === null ? <span /> : <span class="work muted">all pulled</span>;
}
