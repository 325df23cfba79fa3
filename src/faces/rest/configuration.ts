import { answerJson } from './answer.ts';
import type { ConfigurationDesk } from './configuration-desk.ts';
import type { Operation, RestContext } from './context.ts';
import { RestError } from './problems.ts';
import { SCHEMAS, checked } from './schemas.ts';

function deskOf({ configuration }: RestContext): ConfigurationDesk {
  if (configuration !== undefined) return configuration;
  throw new RestError('rest/no-such-route', 'This access point has no configuration that can be reloaded.');
}

/** `GET /v1/configuration`: what is in force, since when, what changed last, and whether all nodes agree. */
export const getConfiguration: Operation = async (context, _request, response) => {
  answerJson(response, await deskOf(context).describe());
};

/** `GET /v1/certificates`: ours and those of partners, as they are in force. */
export const listCertificates: Operation = (context, _request, response) => {
  answerJson(response, { items: deskOf(context).certificates() });
};

function counted(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`;
}

/** `POST /v1/reload`: reads P-Modes, keys and trust again, on all nodes; with `dryRun=true` it only says what would change. */
export const reload: Operation = async (context, request, response) => {
  const { dryRun } = checked(SCHEMAS.reloadQuery, request.query, 'query');
  const desk = deskOf(context);
  const report = dryRun === 'true' ? await desk.preview() : await desk.reload();
  if (report.outcome !== 'refused') return void answerJson(response, report);
  const keys = report.changes.map(({ words }) => words).join('; ');
  const except = keys === '' ? '' : `, except for keys of the API: ${keys}`;
  throw new RestError(
    'rest/reload-refused',
    `The files are not valid; what was in force still is${except}.`,
    {
      finding: { check: 'configuration-valid', found: counted(report.problems.length) },
      errors: report.problems.map((detail) => ({ field: 'configuration', detail })),
    },
  );
};
