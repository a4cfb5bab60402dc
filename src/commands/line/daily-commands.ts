/** The most used commands, which `cowork help` lists. `help --all` lists all. */
export const dailyCommands: readonly string[] =
  "open run list approvals send watch connect diff pull logs stop clean auth doctor help".split(" ");
