/** Time of the processor that may be spent on files: for those of one session, and in total. In ms. */
export interface BudgetLimits {
  each: number;
  total: number;
}

export interface Budget {
  isSpent(owner: string): boolean;
  spend(owner: string, ms: number): void;
}

/** What one session's files take is not missing for those of others. */
export function createBudget({ each, total }: BudgetLimits): Budget {
  const spent = new Map<string, number>();
  let all = 0;
  return {
    isSpent: (owner) => all > total || (spent.get(owner) ?? 0) > each,
    spend: (owner, ms) => {
      all += ms;
      spent.set(owner, (spent.get(owner) ?? 0) + ms);
    },
  };
}
