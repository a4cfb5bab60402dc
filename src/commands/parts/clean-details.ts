/** What the help of `clean` says below the options. */
export const cleanDetails: readonly string[] = [
  "A session whose clone holds anything that the project does not have is left alone: the list says what, and the exit code is 3.\n" +
    "That is: commits of branches, tags, stashes, a detached HEAD or one that was left, changed and untracked files, ignored files\n" +
    "that look precious (PRECIOUS names more), what cannot be read, working trees outside the clone. Other ignored files, hooks and\n" +
    "git's own settings are not looked at. Commits that an amend, a rebase or others replaced, the session's volumes, and what lies\n" +
    "in home folders of its containers go along; they are named.",
  "Without names it lists what would go and asks; where nobody can be asked, name the sessions or give --all.",
  "Transcripts of the agent are moved to the archive in cowork's home. Shared images stay, for the next init to be fast.",
];
