/** What `cowork help` shows: the commands that are used most. `help --all` shows the others too. */
export const dailyCommands: readonly string[] =
  "init connect list status start stop clean logs diff pull push auth doctor setup help".split(" ");
