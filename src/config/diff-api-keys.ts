import type { ApiKey } from './api-keys.ts';

/** What changes for callers of the backend API, in words. */
export function diffApiKeys(before: readonly ApiKey[], after: readonly ApiKey[]): readonly string[] {
  const old = new Map(before.map((key) => [key.name, key]));
  const fresh = new Map(after.map((key) => [key.name, key]));
  return [
    ...before.filter(({ name }) => !fresh.has(name)).map(({ name }) => `API key ${name} is revoked`),
    ...after.flatMap((key) => {
      const was = old.get(key.name);
      if (was === undefined) return [`API key ${key.name} is added: ${factsOf(key)}`];
      if (was.hash !== key.hash) return [`API key ${key.name} is another key now: ${factsOf(key)}`];
      const [then, now] = [factsOf(was), factsOf(key)];
      return then === now ? [] : [`API key ${key.name}: ${then} becomes ${now}`];
    }),
  ];
}

function factsOf({ scopes, parties, expires }: ApiKey): string {
  return [
    scopes.join(', '),
    parties === undefined ? 'for every party' : `for ${parties.join(', ')}`,
    ...(expires === undefined ? [] : [`until ${new Date(expires).toISOString()}`]),
  ].join('; ');
}
