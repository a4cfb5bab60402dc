/** The paragraphs below the options in the help of `clean`. */
export const cleanDetails: readonly string[] = [
  "A session with unsaved work is not deleted: clean lists what would be lost and exits with 3. Unsaved work is what the project " +
    "does not have: commits of branches, tags and stashes, commits of a detached HEAD (also of one that was left), changed and " +
    "untracked files, ignored files that look precious (PRECIOUS names more), files that cannot be read, and working trees outside " +
    "the clone. Other ignored files, hooks and git's settings are not checked. Commits that an amend or a rebase replaced, the " +
    "session's volumes and files in the home folders of its containers are deleted too; clean lists them.",
  "Without names, or with --all, it lists the sessions and asks. --force never asks: see what would be lost with --dry-run first. Without a terminal or with --force, name the sessions or pass --all.",
  "The agent's transcripts are moved to the archive in ~/.cowork. Shared images are kept, so that the next init is fast.",
];
