package io.ferronio.internal;

import java.util.ArrayList;
import java.util.List;

/** Draws up what works here and why the rest does not, for {@link io.ferronio.Capabilities}. */
public final class Inventory {

    /**
     * Makes one entry.
     *
     * @param <T> its type
     */
    public interface Entry<T> {
        /**
         * Makes it.
         *
         * @param name what
         * @param available whether it works
         * @param reason what it rests on, or why it does not work and what happens instead
         * @return the entry
         */
        T of(String name, boolean available, String reason);
    }

    private Inventory() {
    }

    /**
     * The whole list.
     *
     * @param <T> type of an entry
     * @param entry makes one
     * @return the entries, in a fixed order
     */
    public static <T> List<T> list(Entry<T> entry) {
        List<T> list = new ArrayList<>();
        boolean loaded = NativeLibrary.isLoaded();
        list.add(entry.of("native library", loaded, loaded ? NativeLibrary.origin() : NativeLibrary.cause().getMessage()));
        if (loaded) {
            addKernel(list, entry);
        }
        list.add(routes(entry, "file to socket", TransferEngine.TO_SOCKET, TransferTable.FILE_TO_SOCKET));
        list.add(routes(entry, "file to pipe", TransferEngine.TO_PIPE, TransferTable.FILE_TO_PIPE));
        list.add(routes(entry, "file to file", TransferEngine.TO_FILE, TransferTable.FILE_TO_FILE));
        list.add(routes(entry, "file to another channel", TransferEngine.TO_CHANNEL, TransferTable.FILE_TO_CHANNEL));
        list.add(routes(entry, "file from file", TransferEngine.FROM_FILE, TransferTable.FILE_FROM_FILE));
        list.add(routes(entry, "file from socket", TransferEngine.FROM_SOCKET, TransferTable.FILE_FROM_SOCKET));
        list.add(routes(entry, "file from pipe", TransferEngine.FROM_PIPE, TransferTable.FILE_FROM_PIPE));
        list.add(routes(entry, "file from another channel", TransferEngine.TO_FILE, TransferTable.FILE_FROM_CHANNEL));
        list.add(copies(entry));
        list.add(parking(entry));
        list.add(guard(entry));
        list.add(of(entry, "mapped buffers", MappedMemory.unavailable(),
                "unmapped at any time, with threads reading", "the JDK maps, the collector unmaps"));
        list.add(of(entry, "unmap of the JDK's buffers", MappedBuffers.unavailableForJdk(),
                "by taking its unmapper over", "the collector unmaps"));
        list.add(of(entry, "mapped regions", MappedMemory.unavailableForRegions(),
                "any length, 64-bit offsets", "UnsupportedOperationException"));
        list.add(of(entry, "page cache", PageCacheEngine.unavailable(),
                "asked by cachestat, else by mincore; read ahead, dropped, advised", "UnsupportedOperationException"));
        list.add(of(entry, "file leases", HeldLease.unavailableOrRefused(),
                "told before somebody else truncates or opens a file", "UnsupportedOperationException"));
        list.add(of(entry, "drop-in", DropIn.unavailable(), DropIn.how(), "the JDK's methods, also under the agent"));
        return List.copyOf(list);
    }

    private static <T> T of(Entry<T> entry, String name, String problem, String how, String instead) {
        return entry.of(name, problem == null, problem == null ? how : problem + "; instead: " + instead);
    }

    private static <T> void addKernel(List<T> list, Entry<T> entry) {
        String name;
        for (int i = 0; (name = KernelNatives.facility(i)) != null; i++) {
            String problem = KernelNatives.tryFacility(i);
            list.add(entry.of(name, problem == null, problem == null ? "tried on this kernel" : problem));
        }
    }

    private static <T> T routes(Entry<T> entry, String name, boolean works, TransferTable pair) {
        String problem = null;
        if (!works || pair.size() == 0) {
            problem = !NativeLibrary.isLoaded() ? "no native library" : works ? pair.disabled() : JdkAccess.missing();
        }
        return of(entry, name, problem, pair.toString(), "the JDK's method");
    }

    private static <T> T copies(Entry<T> entry) {
        String problem = OpenFile.HAS_NATIVES ? null
                : NativeLibrary.isLoaded() ? JdkAccess.missing() : "no native library";
        return of(entry, "file copies", problem, "by the kernel or by sharing blocks; holes stay holes",
                "read and write, holes are filled");
    }

    private static <T> T parking(Entry<T> entry) {
        boolean parks = TransferEngine.TO_SOCKET && TransferEngine.TO_PIPE;
        String problem = !VirtualThreads.EXIST ? "this JDK has no virtual threads"
                : parks ? null : "the transfers above are the JDK's";
        return of(entry, "virtual threads park", problem, "a full socket or pipe does not pin the carrier",
                "the thread blocks");
    }

    private static <T> T guard(Entry<T> entry) {
        String how = "a fault in mapped memory does not end the JVM; " + Guard.precision();
        if (Guard.isAvailable() && !Guard.isFirst()) {
            how += "; another library has put a SIGBUS handler over ours since, and must pass faults on";
        }
        return of(entry, "guard", Guard.unavailable(), how, "a fault may end the JVM, and nothing is unmapped under readers");
    }
}
