// The queue as a pure state machine: which sessions to try together next, and what follows from the answer. A session is a name here.

/** A session that could not be merged, and which sessions were in the candidate before it. */
export interface Conflicted {
  name: string;
  after: readonly string[];
  paths: readonly string[];
}

/** A session that the tests fail with. `run`: number of the try that showed it. */
export interface Culprit {
  name: string;
  run: number;
}

export interface QueueState {
  oneByOne: boolean;
  /** in the base, in this order */
  landed: readonly string[];
  /** not judged yet, in the order to merge them */
  waiting: readonly string[];
  /** the first of `waiting`, if the base is known to fail with all of them; at least two */
  red: readonly string[];
  /** number of the try that showed `red` */
  redRun: number;
  /** the tests passed with the base */
  baseGreen: boolean;
  /** each failed alone on a target whose own tests are not known to pass */
  suspects: readonly Culprit[];
  culprits: readonly Culprit[];
  conflicted: readonly Conflicted[];
  /** the target's own tests fail */
  targetRed: boolean;
  /** sets of sessions, as text, that failed together */
  failed: readonly string[];
  tries: number;
}

/** `target`: run the tests on the target alone. */
export type QueueStep = { do: "try"; names: readonly string[] } | { do: "target" } | { do: "done" };

/** The answer to a try: those merged, in order, those that conflicted, and whether the tests passed. */
export interface TryAnswer {
  merged: readonly string[];
  conflicted: readonly Conflicted[];
  green: boolean;
}

export function startQueue(names: readonly string[], options: { oneByOne: boolean }): QueueState {
  return {
    oneByOne: options.oneByOne,
    landed: [],
    waiting: [...names],
    red: [],
    redRun: 0,
    baseGreen: false,
    suspects: [],
    culprits: [],
    conflicted: [],
    targetRed: false,
    failed: [],
    tries: 0,
  };
}

/** What to do next. The whole batch first; what fails is halved. */
export function nextStep(state: QueueState): QueueStep {
  const { red, waiting, suspects, baseGreen, oneByOne } = state;
  if (red.length > 1) return { do: "try", names: red.slice(0, Math.ceil(red.length / 2)) };
  if (waiting.length > 0) return { do: "try", names: oneByOne ? waiting.slice(0, 1) : waiting };
  if (suspects.length > 0 && !baseGreen) return { do: "target" };
  return { do: "done" };
}

/** The state after the tests ran on the target alone. Those that failed on a target that passes are to blame. */
export function afterTarget(state: QueueState, green: boolean): QueueState {
  if (!green) return { ...state, targetRed: true, waiting: [], suspects: [] };
  return settle({ ...state, baseGreen: true, culprits: [...state.culprits, ...state.suspects], suspects: [] });
}

/** The state after a try. */
export function afterTry(state: QueueState, answer: TryAnswer): QueueState {
  const run = state.tries + 1;
  const out = new Set(answer.conflicted.map(({ name }) => name));
  const base = {
    ...state,
    tries: run,
    waiting: state.waiting.filter((name) => !out.has(name)),
    conflicted: [...state.conflicted, ...answer.conflicted],
    // Without one of them, the others may pass.
    red: state.red.some((name) => out.has(name)) ? [] : state.red,
  };
  if (answer.merged.length === 0) return settle(base);
  return settle(answer.green ? afterGreen(base, answer.merged) : afterRed(base, answer.merged, run));
}

function afterGreen(state: QueueState, merged: readonly string[]): QueueState {
  const isNew = (name: string): boolean => !merged.includes(name);
  const rest = state.red.filter(isNew);
  const next = {
    ...state,
    landed: [...state.landed, ...merged],
    waiting: state.waiting.filter(isNew),
    baseGreen: true,
    red: rest,
  };
  const [only] = rest;
  if (rest.length !== 1 || only === undefined) return next;
  // It failed with exactly what is in the base now, which passes.
  return blame({ ...next, red: [] }, { name: only, run: state.redRun });
}

function afterRed(state: QueueState, merged: readonly string[], run: number): QueueState {
  const failed = [...state.failed, setOf([...state.landed, ...merged])];
  const [only] = merged;
  if (merged.length > 1 || only === undefined) return { ...state, failed, red: merged, redRun: run };
  const culprit = { name: only, run };
  const next = { ...state, failed, red: [] };
  if (state.baseGreen) return blame(next, culprit);
  return { ...next, waiting: next.waiting.filter((name) => name !== only), suspects: [...state.suspects, culprit] };
}

function blame(state: QueueState, culprit: Culprit): QueueState {
  return {
    ...state,
    waiting: state.waiting.filter((name) => name !== culprit.name),
    culprits: [...state.culprits, culprit],
  };
}

/** Once nothing waits: suspects are tried again on a base that passes, and conflicts with sessions that did not land. */
function settle(state: QueueState): QueueState {
  if (state.waiting.length > 0) return state;
  if (state.baseGreen && state.suspects.length > 0) {
    const isKnown = ({ name }: Culprit): boolean => state.failed.includes(setOf([...state.landed, name]));
    const again = state.suspects.filter((one) => !isKnown(one)).map(({ name }) => name);
    const culprits = [...state.culprits, ...state.suspects.filter(isKnown)];
    return settle({ ...state, suspects: [], culprits, waiting: again });
  }
  if (state.suspects.length > 0) return state;
  const again = state.conflicted.filter(({ after }) => after.some((name) => !state.landed.includes(name)));
  if (again.length === 0) return state;
  return {
    ...state,
    conflicted: state.conflicted.filter((one) => !again.includes(one)),
    waiting: again.map(({ name }) => name),
  };
}

function setOf(names: readonly string[]): string {
  return JSON.stringify(names.toSorted());
}
