/** How many changes are listed one by one; `status` lists all of them. */
const shown = 3;

/**
 * Notes of `init` about what cowork changed in a project's configuration so that several sessions can run side by side: a port or
 * a name may differ from the project's, and the user has to know.
 */
export function changeNotes(changes: readonly string[], name: string): string[] {
  const notes = changes.slice(0, shown).map((change) => `changed: ${change}`);
  const more = changes.length - notes.length;
  return more === 0 ? notes : [...notes, `${more} more changes to its configuration: cowork status ${name}`];
}
