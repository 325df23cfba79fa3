/** One page of a list of the API. */
interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

/** Items the API gives at once at most. */
const PAGE = 200;

/** Asks for page after page until there are enough; `more` says that there would be others. */
export async function fetchPages<T>(
  ask: (query: string) => Promise<Page<T>>,
  {
    filter,
    limit,
  }: { readonly filter: Readonly<Record<string, string | undefined>>; readonly limit: number },
): Promise<{ readonly items: readonly T[]; readonly more: boolean }> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(PAGE, limit - items.length)) });
    for (const [name, value] of Object.entries({ ...filter, cursor }))
      if (value !== undefined) query.set(name, value);
    const page = await ask(query.toString());
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && items.length < limit);
  return { items, more: cursor !== undefined };
}
