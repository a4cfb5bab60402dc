/** The most used commands, which `cowork help` lists. `help --all` lists all. */
export const dailyCommands: readonly string[] =
  "init run list approvals send connect diff pull wait logs stop clean auth doctor help".split(" ");
