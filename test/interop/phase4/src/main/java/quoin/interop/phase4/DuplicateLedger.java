package quoin.interop.phase4;

import com.helger.base.state.EChange;
import com.helger.base.state.EContinue;
import com.helger.collection.commons.ICommonsList;
import com.helger.phase4.duplicate.AS4DuplicateManagerInMemory;
import com.helger.phase4.duplicate.IAS4DuplicateItem;
import com.helger.phase4.duplicate.IAS4DuplicateManager;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * phase4's in-memory duplicate detection, with a count. phase4 registers a MessageId before the application has
 * accepted the message; an id whose message was refused is let through again.
 */
final class DuplicateLedger implements IAS4DuplicateManager {
    private final AS4DuplicateManagerInMemory seen = new AS4DuplicateManagerInMemory();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> duplicates = new ConcurrentHashMap<>();

    /** Notes that the message of this id was not accepted, so that it may come again. */
    void refuse(String messageId) {
        refused.add(messageId);
    }

    /** How often the id came again after its message had been accepted. */
    int duplicatesOf(String messageId) {
        return duplicates.getOrDefault(messageId, 0);
    }

    @Override
    public EContinue registerAndCheck(String messageId, String profileId, String pmodeId) {
        EContinue verdict = seen.registerAndCheck(messageId, profileId, pmodeId);
        if (verdict.isContinue() || refused.remove(messageId)) {
            return EContinue.CONTINUE;
        }
        duplicates.merge(messageId, 1, Integer::sum);
        return EContinue.BREAK;
    }

    @Override
    public EChange clearCache() {
        refused.clear();
        duplicates.clear();
        return seen.clearCache();
    }

    @Override
    public boolean isEmpty() {
        return seen.isEmpty();
    }

    @Override
    public int size() {
        return seen.size();
    }

    @Override
    public IAS4DuplicateItem getItemOfMessageID(String messageId) {
        return seen.getItemOfMessageID(messageId);
    }

    @Override
    public ICommonsList<IAS4DuplicateItem> getAll() {
        return seen.getAll();
    }

    @Override
    public ICommonsList<String> evictAllItemsBefore(OffsetDateTime time) {
        return seen.evictAllItemsBefore(time);
    }
}
