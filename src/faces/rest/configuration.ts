import type { Operation, RestContext } from './context.ts';
import { RestError } from './problems.ts';
import { SCHEMAS, checked } from './schemas.ts';

/** One difference in words; `weakens` when a protection that held before holds no longer. */
export interface ToldChange {
  readonly words: string;
  readonly weakens: boolean;
}

/** What a reload did, or would do. */
export interface ReloadView {
  readonly outcome: 'changed' | 'unchanged' | 'refused';
  readonly changes: readonly ToldChange[];
  /** Why it was refused, one line a problem. */
  readonly problems: readonly string[];
  /** Changed settings that wait for the next start. */
  readonly atRestart: readonly string[];
  /** Of what is in force, or would be. */
  readonly digest: string;
}

/** What is in force here and on the other nodes. Times are ISO 8601. */
export interface ConfigurationView {
  readonly digest: string;
  readonly since: string;
  readonly trigger: string;
  readonly changes: readonly ToldChange[];
  readonly atRestart: readonly string[];
  readonly refusal?:
    { readonly at: string; readonly trigger: string; readonly problems: readonly string[] } | undefined;
  /** All nodes that give signs of life have the same in force. */
  readonly agree: boolean;
  readonly nodes: readonly {
    readonly nodeId: string;
    readonly self: boolean;
    readonly host: string;
    readonly pid: number;
    readonly version: string;
    readonly startedAt: string;
    readonly seenAt: string;
    readonly alive: boolean;
    readonly digest: string;
    readonly since: string;
    readonly agrees: boolean;
    readonly refusal?: string | undefined;
  }[];
}

/** What the API asks of whoever holds the configuration. */
export interface ConfigurationDesk {
  readonly describe: () => Promise<ConfigurationView>;
  /** Reloads here and asks the other nodes to do the same, unless it is refused here. */
  readonly reload: () => Promise<ReloadView>;
  /** What a reload would do here. */
  readonly preview: () => Promise<ReloadView>;
}

function deskOf({ configuration }: RestContext): ConfigurationDesk {
  if (configuration !== undefined) return configuration;
  throw new RestError('rest/no-such-route', 'This access point has no configuration that can be reloaded.');
}

/** `GET /v1/configuration`: what is in force, since when, what changed last, and whether all nodes agree. */
export const getConfiguration: Operation = async (context, _request, response) => {
  response.json(await deskOf(context).describe());
};

/** `POST /v1/reload`: reads P-Modes, keys and trust again, on all nodes; with `dryRun=true` it only says what would change. */
export const reload: Operation = async (context, request, response) => {
  const { dryRun } = checked(SCHEMAS.reloadQuery, request.query, 'query');
  const desk = deskOf(context);
  const report = dryRun === 'true' ? await desk.preview() : await desk.reload();
  if (report.outcome !== 'refused') return void response.json(report);
  throw new RestError('rest/reload-refused', 'The files are not valid; what was in force still is.', {
    finding: { check: 'configuration-valid', found: `${report.problems.length} problems` },
    errors: report.problems.map((detail) => ({ field: 'configuration', detail })),
  });
};
