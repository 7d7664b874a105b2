package io.ferronio.internal;

import java.lang.ref.Cleaner;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
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
    /** How long to wait for more of it before unmapping what there is. */
    private static final long MILLISECONDS_TO_WAIT = 1;

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
    private static final MappingLife LIVES = new MappingLife(null, 0, null);
    /** Whether the thread is on its way or at work. Guarded by {@link #LIVES}. */
    private static boolean isUnmapping;

    /** Neighbours in the list. Guarded by {@link #LIVES}. */
    private MappingLife previous;
    private MappingLife next;

    private final long size;
    private final Runnable beforehand;
    private volatile long handle;
    private volatile boolean retired;

    private MappingLife(Object owner, long size, Runnable beforehand) {
        super(owner, GARBAGE);
        this.size = size;
        this.beforehand = beforehand;
    }

    /**
     * Prepares a life, so that nothing can fail between the mapping and its {@link #begin}.
     *
     * @param owner the mapping is released when this is garbage
     * @param size bytes mapped
     * @param beforehand run right before the addresses are given back, when they cannot be anybody else's yet;
     *     must not throw; or null
     */
    static MappingLife of(Object owner, long size, Runnable beforehand) {
        MappingLife life = new MappingLife(owner, size, beforehand);
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

    /** The mapping, for the natives. */
    long handle() {
        return handle;
    }

    /** Bytes mapped. */
    long size() {
        return size;
    }

    /**
     * Gives file and memory back at once and keeps the addresses. Idempotent.
     *
     * @throws IllegalStateException if the kernel refuses; the memory is then still mapped
     */
    void retire() {
        long result = MappingNatives.retire(handle);
        if (result == -Errno.ENOMEM) {
            collectGarbage();
            result = MappingNatives.retire(handle);
        }
        if (result < 0) {
            throw new IllegalStateException("cannot unmap " + size + " bytes now, they stay mapped until no buffer"
                    + " shows them", Errno.exception(result, "mmap(MAP_FIXED) of an empty file over " + size + " bytes"));
        }
        if (result > 0) { // for one caller only
            retired = true;
            Tally.retired(size);
        }
    }

    /** For want of memory or addresses: mappings that were only dropped hold theirs until they are collected. */
    static void collectGarbage() {
        System.gc();
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The thread's work: until no mapping is left. */
    private static void unmapGarbage() {
        while (hasLives()) {
            try {
                unmap(takeGarbage());
            } catch (Throwable e) {
                // Whatever it was, the next ones are not to suffer for it: these stay mapped.
                System.getLogger(MappingLife.class.getName()).log(System.Logger.Level.WARNING, "unmapping failed", e);
            }
        }
    }

    private static boolean hasLives() {
        synchronized (LIVES) {
            isUnmapping = LIVES.next != null;
            return isUnmapping;
        }
    }

    /** Waits for garbage, and takes what a collection has found of it. */
    private static List<MappingLife> takeGarbage() throws InterruptedException {
        List<MappingLife> garbage = new ArrayList<>();
        for (Reference<?> found = GARBAGE.remove(); found != null; found = GARBAGE.remove(MILLISECONDS_TO_WAIT)) {
            MappingLife life = (MappingLife) found;
            synchronized (LIVES) {
                life.previous.next = life.next;
                if (life.next != null) {
                    life.next.previous = life.previous;
                }
            }
            if (life.handle != 0) { // else it never began
                garbage.add(life);
            }
            if (garbage.size() == MOST_AT_A_TIME) {
                break;
            }
        }
        return garbage;
    }

    private static void unmap(List<MappingLife> garbage) {
        for (MappingLife life : garbage) {
            if (life.beforehand != null) {
                life.beforehand.run();
            }
        }
        MappingNatives.release(garbage.stream().mapToLong(MappingLife::handle).toArray());
        for (MappingLife life : garbage) {
            Tally.unmapped(life.size, life.retired);
        }
    }
}
