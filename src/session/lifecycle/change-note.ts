/** So many changes are told one by one; all of them are in `status`. */
const shown = 3;

/**
 * What cowork changed in a project's configuration so that several sessions can run side by side, as notes of `init`: a port or a
 * name may not be what the project says, and a user has to hear it when it happens.
 */
export function changeNotes(changes: readonly string[], name: string): string[] {
  const notes = changes.slice(0, shown).map((change) => `changed: ${change}`);
  const more = changes.length - notes.length;
  return more === 0 ? notes : [...notes, `${more} more changes of its configuration: cowork status ${name}`];
}
