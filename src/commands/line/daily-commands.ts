/** The most used commands, which `cowork help` lists. `help --all` lists all. */
export const dailyCommands: readonly string[] =
  "open run list approvals send watch diff pull merge clean connect stop auth doctor help".split(" ");
