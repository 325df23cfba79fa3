import type { Messaging, SignalMessage } from '../../protocol/ebms/index.ts';
import { Refusal } from '../../protocol/errors/index.ts';
import type { MshContext } from '../context.ts';
import { failureFrom } from '../messages.ts';
import type { As4Reply } from '../ports/index.ts';
import { acceptedReply } from './answer.ts';

/** Why each kind of signal has no place at this door (eDelivery AS4 1.15 1.4.3.2: receipts and errors are synchronous). */
const REASONS: Readonly<
  Record<SignalMessage['kind'], { readonly code: `receive/${string}`; readonly message: string }>
> = {
  'pull-request': {
    code: 'receive/pull-not-supported',
    message: 'This access point does not offer messages for pulling.',
  },
  receipt: {
    code: 'receive/asynchronous-receipt',
    message: 'Receipts are accepted as the answer to a push only.',
  },
  error: { code: 'receive/asynchronous-error', message: 'Errors are accepted as the answer to a push only.' },
};

/**
 * A message without a UserMessage. A PullRequest is refused by EBMS:0010; a receipt or error that comes on its own is
 * journalled and answered by 202 without effect: it proves nothing here, and an error must not be answered by an error.
 */
export async function refuseSignal(
  context: MshContext,
  units: Messaging,
  remote: string | undefined,
): Promise<As4Reply> {
  const signal = units.signalMessages[0];
  if (signal === undefined) {
    throw new Refusal('EBMS:0009', 'receive/no-unit', 'eb:Messaging holds no message unit.', {
      finding: {
        check: 'one-unit',
        field: '/Envelope/Header/Messaging',
        expected: 'a UserMessage',
        found: 'nothing',
      },
    });
  }
  const { code, message } = REASONS[signal.kind];
  const refusal = new Refusal('EBMS:0010', code, message, {
    finding: { check: 'synchronous-signals', found: signal.kind },
  });
  if (signal.kind === 'pull-request') throw refusal;
  const failure = failureFrom('receive/read-messaging', refusal);
  const { messageId } = signal.messageInfo;
  context.observer.emit({ event: 'receive/signal-ignored', level: 'warn', messageId, failure, remote });
  await context.store.appendJournal({
    at: context.nature.now(),
    direction: 'in',
    messageId,
    remote,
    failure,
  });
  return acceptedReply();
}
