package io.ferronio.internal;

import java.lang.ref.WeakReference;
import java.nio.channels.FileChannel;

/**
 * Remembers channels of regular files that were once seen with a size above zero.
 *
 * <p>The JDK asks for a file's size before every transfer. To a socket that is a system call for nothing:
 * sendfile(2) itself stops at the end. Files without a size (in {@code /proc}), directories and devices are
 * another matter: sendfile would do with them what the JDK does not, so the JDK's own method must see them.
 * So a file is looked at until it is once regular and has a size, and never again.
 *
 * <p>A small table without locks: a lost race or a collision costs one more look.
 */
final class RegularFiles {

    private static final int PLACES = 256;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static final WeakReference<FileChannel>[] SEEN = new WeakReference[PLACES];

    private RegularFiles() {
    }

    /** Whether the file is a regular one and has, or once had, a size above zero. */
    static boolean contains(FileChannel channel) {
        int place = System.identityHashCode(channel) & (PLACES - 1);
        WeakReference<FileChannel> seen = SEEN[place];
        if (seen != null && seen.refersTo(channel)) {
            return true;
        }
        if (size(channel) <= 0) {
            return false;
        }
        SEEN[place] = new WeakReference<>(channel);
        return true;
    }

    /** The size of a regular file in bytes; negative if it is none, or closed. */
    static long size(FileChannel channel) {
        int index = FileChannelAccess.addThread(channel);
        try {
            return channel.isOpen() ? TransferNatives.regularFileSize(FileChannelAccess.descriptor(channel)) : -1;
        } finally {
            FileChannelAccess.removeThread(channel, index);
        }
    }
}
