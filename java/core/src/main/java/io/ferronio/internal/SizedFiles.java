package io.ferronio.internal;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.FileChannel;

/**
 * Remembers channels whose file was once seen with a size above zero.
 *
 * <p>The JDK asks for a file's size before every transfer. Where the file has one, that is a system call for
 * nothing: sendfile(2) itself stops at the end. Files without a size (in {@code /proc}, or devices) are
 * another matter: sendfile would read from them what JDK 17 does not, and the JDK's own method must see
 * them. So the size is asked for until it is once above zero, and never again.
 *
 * <p>A small table without locks: a lost race or a collision costs one more look at the size.
 */
final class SizedFiles {

    private static final int PLACES = 256;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static final WeakReference<FileChannel>[] SEEN = new WeakReference[PLACES];

    private SizedFiles() {
    }

    /** Whether the file has, or once had, a size above zero. */
    static boolean contains(FileChannel channel) throws IOException {
        int place = System.identityHashCode(channel) & (PLACES - 1);
        WeakReference<FileChannel> seen = SEEN[place];
        if (seen != null && seen.refersTo(channel)) {
            return true;
        }
        if (channel.size() == 0) {
            return false;
        }
        SEEN[place] = new WeakReference<>(channel);
        return true;
    }
}
