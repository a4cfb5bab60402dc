/** No question of ours takes an engine that lives longer than this. */
export const answerMs = 60_000;
