package io.ferronio.internal;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The life of a mapping: mapped, retired, and gone once its owner is garbage.
 *
 * <p>Those that are garbage are unmapped many at a time: a munmap(2) stops every thread that is just mapping
 * or touching a page for the first time, and one collection may find a hundred thousand.
 */
final class MappingLife extends PhantomReference<Object> {

    private static final ReferenceQueue<Object> GARBAGE = new ReferenceQueue<>();
    private static final int MOST_AT_A_TIME = 1 << 16;
    /** The most mappings that the kernel lets a process have: vm.max_map_count. */
    private static final long LIMIT = limit();
    /** More mappings than this are a reason to collect. */
    private static volatile long tooMany = LIMIT - LIMIT / 4;
    private static final Object COLLECTING = new Object();
    private static final Object PAUSE = new Object();
    /** How long to wait for more of it before unmapping what there is. */
    private static final long MILLISECONDS_TO_WAIT = 1;
    /**
     * How long to wait where there is none, and as long again. Not for ever: to do so JDK 21 loads classes at the
     * first time, which is after the first collection, for which want of memory may have been the reason.
     */
    private static final long A_MINUTE = 60_000;

    /**
     * Its thread unmaps. It is the JDK's kind of thread, that belongs to nobody's group, class loader or access
     * context, and ends when our class loader is garbage.
     */
    private static final Cleaner CLEANER = Cleaner.create();

    /**
     * Head of the list of all whose owner is not known to be garbage: a reference that nothing refers to is never
     * enqueued. A list, not a set, because the collector finds them in this order: made one after the other, they
     * tend to be neighbours in memory, too, and neighbours are unmapped together.
     */
    private static final MappingLife LIVES = new MappingLife(null, "", 0, null);
    /** Whether the thread is on its way or at work. Guarded by {@link #LIVES}. */
    private static boolean isUnmapping;

    /**
     * Held while mappings are released, so that who has found one in the list can keep it from that. Taken before
     * {@link #LIVES}, which is never held for long: whoever maps a file waits for it.
     */
    private static final Object RELEASING = new Object();

    /** What was taken out of the list and is not unmapped yet, linked by {@link #next}. The thread's own. */
    private static MappingLife taken;

    /** Neighbours in the list. Guarded by {@link #LIVES}. */
    private MappingLife previous;
    private MappingLife next;

    private final String file;
    private final long size;
    private final Runnable whenGone;
    private volatile long handle;
    /** Whether there was an attempt to retire the mapping that has not failed. */
    private volatile boolean retiring;
    private volatile boolean retired;
    /** What was missed before that attempt. Written before {@link #retiring}. */
    private long faultsWhileMapped;

    private MappingLife(Object owner, String file, long size, Runnable whenGone) {
        super(owner, GARBAGE);
        this.file = file;
        this.size = size;
        this.whenGone = whenGone;
    }

    /**
     * Prepares a life, so that nothing can fail between the mapping and its {@link #begin}.
     *
     * @param owner the mapping is released when this is garbage
     * @param file its path, as its channel knew it, or words for it
     * @param size bytes mapped
     * @param whenGone run when the addresses were given back; must not throw; or null
     */
    static MappingLife of(Object owner, String file, long size, Runnable whenGone) {
        MappingLife life = new MappingLife(owner, file, size, whenGone);
        synchronized (LIVES) {
            life.previous = LIVES;
            life.next = LIVES.next;
            if (life.next != null) {
                life.next.previous = life;
            }
            LIVES.next = life;
            if (!isUnmapping) {
                // Garbage at once: its action runs after the next collection, the first that can find an owner.
                CLEANER.register(new Object(), MappingLife::unmapGarbage);
                isUnmapping = true;
            }
        }
        return life;
    }

    /** Takes charge of a mapping. */
    void begin(long handle) {
        this.handle = handle;
        Tally.mapped(size);
    }

    /** Forgets what has not begun and never will. */
    void cancel() {
        clear(); // so that it is never enqueued, and unlinked only here
        unlink();
    }

    private void unlink() {
        synchronized (LIVES) {
            previous.next = next;
            if (next != null) {
                next.previous = previous;
            }
            previous = null;
            next = null;
        }
    }

    /** The mapping, for the natives. */
    long handle() {
        return handle;
    }

    /** The path of the file, as its channel knew it, or words for it. */
    String file() {
        return file;
    }

    /** Bytes mapped. */
    long size() {
        return size;
    }

    /** Whether file and memory were given back, or just are. */
    boolean isRetired() {
        return retiring || retired;
    }

    /** Whether the latest of some faults was a use after that. */
    boolean isStale(long faults) {
        return isRetired() && faults > faultsWhileMapped;
    }

    /**
     * Gives file and memory back at once and keeps the addresses. Idempotent.
     *
     * @return 0, or {@code -errno}: the memory is then still mapped
     */
    long tryRetire() {
        if (!retiring) {
            faultsWhileMapped = MappingNatives.faults(handle);
            retiring = true; // Before it is: nobody may fault on a retired page and find that it is none.
        }
        long result = MappingNatives.retire(handle);
        if (result > 0) { // for one caller only
            retired = true;
            Tally.retired(size);
        } else if (result < 0) {
            retiring = false;
        }
        return Math.min(result, 0);
    }

    /**
     * As {@link #tryRetire}; where the kernel has no memory or no mappings left, after a collection.
     *
     * @throws IllegalStateException if the kernel refuses; the memory is then still mapped
     */
    void retire() {
        long result = tryRetire();
        for (int i = 0; i < COLLECTIONS && result == -Errno.ENOMEM; i++) {
            collectGarbage();
            result = tryRetire();
        }
        if (result < 0) {
            throw new IllegalStateException("cannot unmap " + size + " bytes now, they stay mapped until no buffer"
                    + " shows them", Errno.exception(result, "mmap(MAP_FIXED) of an empty file over " + size + " bytes"));
        }
    }

    /**
     * How often to collect before the kernel is believed that it has no more: the first collection finds buffers
     * that were only dropped, the second the memory that their cleaners referred to.
     */
    static final int COLLECTIONS = 2;

    /**
     * Collects before so many mappings exist that the process comes near the kernel's limit: there HotSpot itself,
     * which maps its threads' stacks and more, ends the JVM. Each time that most of them are in use, the next time
     * is half as far from the limit. More than that are there only if the kernel holds neighbours of one file as one
     * mapping: then the limit is far, and the next time a quarter of it later.
     */
    static void collectNearLimit() {
        if (Tally.mapped() > tooMany) {
            synchronized (COLLECTING) {
                if (Tally.mapped() > tooMany) {
                    collectGarbage();
                    long mapped = Tally.mapped();
                    tooMany = mapped < LIMIT ? Math.max(LIMIT - LIMIT / 4, (mapped + LIMIT) / 2) : mapped + LIMIT / 4;
                }
            }
        }
    }

    private static long limit() {
        try {
            return Long.parseLong(Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).get(0));
        } catch (IOException | RuntimeException e) {
            return 65_530; // Linux's own choice, where this may not be read.
        }
    }

    /** For want of memory or addresses: mappings that were only dropped hold theirs until they are collected. */
    static void collectGarbage() {
        System.gc();
        synchronized (PAUSE) {
            try {
                PAUSE.wait(100); // Thread.sleep loads a class at first, and there may be no memory for it.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * The thread's work: until no mapping is left. Should it fail, for want of heap, what was taken stays taken,
     * and the next mapping starts it again.
     */
    private static void unmapGarbage() {
        try {
            while (hasLives()) {
                takeGarbage();
                unmapTaken();
            }
        } finally {
            synchronized (LIVES) {
                isUnmapping = false;
            }
        }
    }

    private static boolean hasLives() {
        synchronized (LIVES) {
            return LIVES.next != null || taken != null;
        }
    }

    /** Waits for garbage, and takes what a collection has found of it. */
    private static void takeGarbage() {
        int count = 0;
        try {
            MappingLife life = (MappingLife) GARBAGE.remove(taken == null ? A_MINUTE : MILLISECONDS_TO_WAIT);
            while (life != null) {
                life.unlink();
                if (life.handle != 0) { // else it never began
                    life.next = taken;
                    taken = life;
                }
                life = ++count < MOST_AT_A_TIME ? (MappingLife) GARBAGE.remove(MILLISECONDS_TO_WAIT) : null;
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread on purpose. What was taken is unmapped now.
        }
    }

    private static void unmapTaken() {
        int count = 0;
        for (MappingLife life = taken; life != null; life = life.next) {
            count++;
        }
        long[] handles = new long[count];
        List<MappingFault> unreported = null;
        int i = 0;
        for (MappingLife life = taken; life != null; life = life.next) {
            handles[i++] = life.handle;
            long faults = MappingNatives.takeReport(life.handle);
            if (faults > 0) {
                unreported = unreported == null ? new ArrayList<>() : unreported;
                unreported.add(MappingFault.of(life, faults));
            }
        }
        MappingLife gone = taken;
        taken = null; // Whatever happens now: no handle is released twice.
        synchronized (RELEASING) {
            MappingNatives.release(handles);
        }
        for (MappingLife life = gone; life != null; life = life.next) {
            Tally.unmapped(life.size, life.retired);
            if (life.whenGone != null) {
                life.whenGone.run();
            }
        }
        if (unreported != null) {
            FaultReports.keep(unreported);
            FaultReports.publish(unreported);
        }
    }

    /** Faults of mappings that nobody has reported yet: to one caller. */
    static List<MappingFault> takeReports() {
        List<MappingLife> faulted = new ArrayList<>();
        synchronized (RELEASING) {
            synchronized (LIVES) {
                for (MappingLife life = LIVES.next; life != null; life = life.next) {
                    if (life.handle != 0 && MappingNatives.takeReport(life.handle) > 0) {
                        faulted.add(life);
                    }
                }
            }
            // This asks for the size of files, which may take its time.
            return faulted.stream().map(life -> MappingFault.of(life, MappingNatives.faults(life.handle))).toList();
        }
    }
}
