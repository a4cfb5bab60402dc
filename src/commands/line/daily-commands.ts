/** The most used commands, which `cowork help` lists. `help --all` lists all. */
export const dailyCommands: readonly string[] =
  "open run list approvals send init connect diff pull merge stop clean auth doctor help".split(" ");
