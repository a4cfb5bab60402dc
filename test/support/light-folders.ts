/**
 * Folders of unit tests that hardly start programs. Their files share what a worker has loaded: loading it again for each was half of
 * their work. The others have their modules to themselves, because a process that has loaded much starts programs more slowly.
 */
export const lightFolders = [
  "agent",
  "auth",
  "build",
  "config",
  "contract",
  "devcontainer",
  "engine",
  "install",
  "mcp",
  "server",
  "ui",
  "web",
] as const;
