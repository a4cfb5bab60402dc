/** The most used commands, which `cowork help` lists. `help --all` lists all. */
export const dailyCommands: readonly string[] =
  "init connect list status start stop clean logs diff pull push auth doctor setup help".split(" ");
