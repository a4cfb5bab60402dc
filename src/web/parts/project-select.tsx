import type { JSX } from "preact";
import { setQuery } from "../state/router.ts";
import { plain } from "../text/visible.ts";

interface Props {
  /** of the projects to choose from */
  names: readonly string[];
  /** the chosen one; "": all */
  project: string;
  /** the key that goes to the filter comes here */
  isFilter?: boolean;
}

/** Narrows a view to one project. Nothing if there is no choice. */
export function ProjectSelect({ names, project, isFilter = false }: Props): JSX.Element | null {
  if (names.length < 2) return null;
  return (
    <select
      class="input"
      data-filter={isFilter || undefined}
      aria-label="Project"
      value={project}
      onChange={({ currentTarget }) => setQuery({ project: currentTarget.value })}
    >
      <option value="">Every project</option>
      {names.map((name) => (
        <option value={name}>{plain(name)}</option>
      ))}
    </select>
  );
}
