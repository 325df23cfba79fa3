package quoin.interop.phase4;

import com.helger.json.IJsonArray;
import com.helger.json.IJsonObject;
import com.helger.json.JsonArray;
import com.helger.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** POST /load: the same message again and again, each built, sent and its receipt verified as by /send, by many threads. */
final class LoadRun {
    private final MessageSender sender;
    private final PeerConfig config;

    LoadRun(MessageSender sender, PeerConfig config) {
        this.sender = sender;
        this.config = config;
    }

    /** Takes {request, count, threads}; answers with the time it took, the latency of each, and how many were not proven. */
    IJsonObject run(IJsonObject json) throws Exception {
        IJsonObject request = JsonFields.object(json, "request");
        int count = number(json, "count");
        int threads = number(json, "threads");
        long[] latencies = new long[count];
        AtomicInteger next = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        long started = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            running.add(workers.submit(() -> {
                for (int index = next.getAndIncrement(); index < count; index = next.getAndIncrement()) {
                    long begun = System.nanoTime();
                    if (!sender.send(SendRequest.read(request, config)).getAsBoolean("receiptVerified", false)) {
                        failed.incrementAndGet();
                    }
                    latencies[index] = System.nanoTime() - begun;
                }
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        workers.shutdown();
        IJsonObject result = new JsonObject();
        result.add("elapsedMs", (System.nanoTime() - started) / 1e6);
        result.add("failed", failed.get());
        IJsonArray each = new JsonArray();
        Arrays.stream(latencies).forEach(nanos -> each.add(nanos / 1e6));
        result.add("latenciesMs", each);
        return result;
    }

    private static int number(IJsonObject json, String name) {
        int value = json.getAsInt(name, 0);
        if (value < 1) {
            throw new BadRequest("'" + name + "' must be a number above zero");
        }
        return value;
    }
}
