import type { TestContext } from 'node:test';
import type { MessageStore } from '../../src/msh/ports/index.ts';

/** What the suite needs of an adapter: a store, empty for every test, and the same database opened once more. */
export interface StoreUnderTest {
  /** An empty store, closed and taken away when the test ends. */
  readonly open: (test: TestContext) => Promise<MessageStore>;
  /** Closes the store and opens its database again, as a restart does. */
  readonly reopen: (test: TestContext, store: MessageStore) => Promise<MessageStore>;
  /** Why the adapter cannot be tested here. */
  readonly skip?: false | string;
}
