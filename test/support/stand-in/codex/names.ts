/** Host names of Codex's vendor. */
export const codexNames = ["auth.openai.com", "chatgpt.com", "api.openai.com", "ab.chatgpt.com"];
