/** What an agent gets when a person denies something without a message. */
export const deniedText = "The user does not want this. Do not do the same in another way.";
