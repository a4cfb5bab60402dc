import type { JSX } from "preact";
import { EventList } from "./event-list.tsx";

export function EventsView(): JSX.Element {
  return (
    <>
      <header class="page-head">
        <div>
          <h1>Events</h1>
          <p class="lead">What agents reported, and what people and cowork did, on every host.</p>
        </div>
      </header>
      <EventList />
    </>
  );
}
