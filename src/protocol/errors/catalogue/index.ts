import { xml } from './xml.ts';
import { mime } from './mime.ts';
import { pki } from './pki.ts';
import { soap } from './soap.ts';
import { wss } from './wss.ts';
import { ebms } from './ebms.ts';
import { pmode } from './pmode.ts';
import { as4 } from './as4.ts';
import { submit } from './submit.ts';
import { send } from './send.ts';
import { receive } from './receive.ts';
import { notify } from './notify.ts';
import { deliver } from './deliver.ts';
import { inspect } from './inspect.ts';
import { http } from './http.ts';
import { store } from './store.ts';
import { payloads } from './payloads.ts';
import { queue } from './queue.ts';
import { keys } from './keys.ts';
import { rest } from './rest.ts';
import { operations } from './operations.ts';
import { cli } from './cli.ts';
import { config } from './config.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { oots } from './oots.ts';
import { quoin } from './quoin.ts';
import type { ErrorCode } from '../codes.ts';
import type { CataloguedError, ErrorRoom } from './types.ts';
export type { CataloguedError, ErrorRoom } from './types.ts';

/** Every error that is raised on purpose, by room, in the order of docs/errors.md. */
export const ERROR_CATALOGUE: Readonly<Record<string, ErrorRoom>> = {
  xml,
  mime,
  pki,
  soap,
  wss,
  ebms,
  pmode,
  as4,
  submit,
  send,
  receive,
  notify,
  deliver,
  inspect,
  http,
  store,
  payloads,
  queue,
  keys,
  rest,
  operations,
  cli,
  config,
  doctor,
  demo,
  oots,
  quoin,
};

const byCode = new Map<string, CataloguedError>(
  Object.values(ERROR_CATALOGUE).flatMap(({ codes }) => Object.entries(codes)),
);

/** What the catalogue says of a code. */
export function cataloguedError(code: ErrorCode): CataloguedError | undefined {
  return byCode.get(code);
}
