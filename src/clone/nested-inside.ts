import { plain } from "../system/text.ts";
import type { GitInside } from "./types.ts";

const script = String.raw`
git ls-files -z --others --exclude-standard | tr '\n\000' '\001\n' | grep '/$' | sed 's|/$||' | while IFS= read -r line; do
  path=$(printf '%s' "$line" | tr '\001' '\n')
  [ ! -d "$path/.git" ] || printf '%s\0' "$path"
done
`;

/** Notes on repositories of their own in the session's working tree: a pull takes nothing of them along. */
export async function nestedNotes(inside: GitInside): Promise<string[]> {
  const { stdout } = await inside.script(script);
  const paths = stdout.split("\0").filter((path) => path !== "");
  return paths.map((path) => `${plain(path)} stays in the session: it is a git repository of its own`);
}
