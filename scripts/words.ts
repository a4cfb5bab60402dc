// Words that must not come back: private terms where the field has one, and literal translations. `npm run words`
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** What is looked for, without regard to case, and what to write in its place. */
const words: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bwish(es|ed)?\b|Wish\b/, "options, request"],
  [/\btamed?\b|\btaming\b/, "sanitize"],
  [/\btold\b/, "reported, passed, knows"],
  [/\banew\b/, "again, new"],
  [/\bnobody\b/, "no one, or say what is missing"],
  [/\b(lies|lie|lay|lying) (in|at|on|below|beside|there|here|where|outside|under|by)\b/, "is in"],
  [/\bmend(s|ed|ing)?\b/, "fix"],
  [/\bcalled as\b/, "named after"],
  [/\b(cannot|could not|can|to) be had\b/, "is not available, could not get"],
  [/\b(goes|go|gone|going|comes|come) along\b/, "is removed too, is included"],
  [/\bat work on\b/, "is using, is running on"],
  [/\bput(s|ting)? right\b/, "fix, correct"],
  [/\ball the same\b/, "anyway"],
  [/\bdoomed\b/, "to be removed"],
  [/\bcalm\b/, "uninterruptible"],
  [/\bseam\b/, "rpc"],
  [/\binbound\b/, "ssh-proxy"],
  [/\bsaid there\b|saidThere/, "attributeToHost"],
  [/shareOut/, "groupByHost"],
  [/askAhead|takeAhead/, "prefetch"],
  [/onceARun/, "memoizePerRun"],
  [/layDown|\blaid down\b|\blay down\b|\blays down\b/, "unpack, install"],
  [/withWayOut|\bway out\b/, "hint, next step"],
  [/\bwhoever\b/, "who, the user who"],
  [/\bsomebody\b/, "someone, another process"],
  [/\b(is|are|be|was|were|been) said\b/, "is reported, is shown"],
  [/(?<!there )\bis no (?!longer|more|one|other|way|such)[a-z]/, "is not a"],
  [/\bthe (house|rooms?)\b/, "layers, modules"],
  [/\bheld back\b/, "not included"],
  [/HostPart|host part/, "SessionHost, session host"],
  [/UserSide|user['’]s side/, "ProjectClient, the client"],
  [/\bInsight\b|lookInside/, "CloneReport, inspectClone"],
  [/\blookAt\b/, "observe"],
  [/late-words|cli-additions/, "deferred-argv, cli-preloads"],
];

/** Where a word is the field's own: a user called nobody, a text of another program. One pattern for each line that may stay. */
const allowed: readonly RegExp[] = [/"nobody"|user noClient|noClient:|noClient@/];

const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
const files = tracked.filter(
  (file) =>
    /\.(ts|cjs|sh|hbs|md|json|tmpl)$/.test(file) &&
    !/^(package-lock\.json|scripts\/words\.ts|docs\/bench\.json)$/.test(file),
);

let found = 0;
for (const file of files) {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  for (const [index, line] of lines.entries()) {
    if (allowed.some((pattern) => pattern.test(line))) continue;
    for (const [pattern, instead] of words) {
      const hit = new RegExp(pattern, "i").exec(line);
      if (hit === null) continue;
      found += 1;
      process.stdout.write(`${file}:${index + 1}: "${hit[0]}": write ${instead}\n`);
    }
  }
}
process.stdout.write(`${found} words that must not come back in ${files.length} files\n`);
if (found > 0) process.exitCode = 1;
