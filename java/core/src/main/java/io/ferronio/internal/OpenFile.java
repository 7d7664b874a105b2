package io.ferronio.internal;

import java.nio.channels.FileChannel;

/** Calls natives with the descriptors of file channels, inside the channels' own protocol. */
final class OpenFile {

    /** Whether natives can be called at all. */
    static final boolean HAS_NATIVES = NativeLibrary.isLoaded() && FileChannelAccess.CAN_RECEIVE;

    /** A native on one file. */
    interface Call {
        long on(int file);
    }

    /** A native on two files. */
    interface CallOnTwo {
        long on(int target, int source);
    }

    private OpenFile() {
    }

    /** What the native returns; {@code -EBADF} if the channel is closed. */
    static long call(FileChannel file, Call call) {
        int index = FileChannelAccess.addThread(file);
        try {
            return call.on(FileChannelAccess.descriptor(file));
        } finally {
            FileChannelAccess.removeThread(file, index);
        }
    }

    /** What the native returns; {@code -EBADF} if a channel is closed. */
    static long call(FileChannel target, FileChannel source, CallOnTwo call) {
        return call(target, to -> call(source, from -> call.on(to, from)));
    }
}
