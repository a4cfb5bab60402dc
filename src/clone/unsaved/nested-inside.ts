import { plain } from "../../system/text.ts";
import type { GitInside } from "../types.ts";
import { unreadableFunctions } from "./unreadable-script.ts";

const nestedScript = String.raw`
git ls-files -z --others --exclude-standard | tr '\n\000' '\001\n' | grep '/$' | sed 's|/$||' | while IFS= read -r line; do
  path=$(printf '%s' "$line" | tr '\001' '\n')
  [ ! -d "$path/.git" ] || printf '%s\0' "$path"
done
`;

// Ignored files are not expected in a commit of the working tree.
const unreadableScript = String.raw`
T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
${unreadableFunctions}
blocked_folders . | tr '\n\000' '\001\n' | sed 's|^[a-z]* \./||' | while IFS= read -r line; do
  path=$(printf '%s' "$line" | tr '\001' '\n')
  case $path in .git|.git/*|*/.git|*/.git/*) continue ;; esac
  git check-ignore -q -- "$path" || printf '%s\0' "$path"
done
`;

/** Notes about what a pull of the working tree does not include: separate repositories, and folders that cannot be read. */
export async function staysNotes(inside: GitInside): Promise<string[]> {
  const list = async (script: string): Promise<string[]> =>
    (await inside.script(script)).stdout.split("\0").filter((path) => path !== "");
  const [nested, unreadable] = [await list(nestedScript), await list(unreadableScript)];
  return [
    ...nested.map((path) => `${plain(path)} stays in the session: it is a separate git repository`),
    ...unreadable.map((path) => `${plain(path)} stays in the session: the session's user cannot read it`),
  ];
}
