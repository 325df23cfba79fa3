import { testAction, testService } from '../ebms/index.ts';
import type { CollaborationInfo } from '../ebms/index.ts';

/**
 * True for a message of the test service: processed and acknowledged like any other, delivered nowhere
 * (eDelivery AS4 1.15 1.4.2.4). The type of the service plays no part.
 */
export function isTestService(message: { readonly collaborationInfo: CollaborationInfo }): boolean {
  const { service, action } = message.collaborationInfo;
  return service.value === testService && action === testAction;
}
