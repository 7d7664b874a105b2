package io.ferronio.internal;

import java.io.IOException;

/** Linux's error numbers, and the exceptions that they become. */
final class Errno {

    static final int EPERM = 1;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int ENXIO = 6;
    static final int EBADF = 9;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EFAULT = 14;
    static final int EBUSY = 16;
    static final int EEXIST = 17;
    static final int EXDEV = 18;
    static final int EISDIR = 21;
    static final int EINVAL = 22;
    static final int ETXTBSY = 26;
    static final int ESPIPE = 29;
    static final int ENOSYS = 38;
    static final int ENODATA = 61;
    static final int EOVERFLOW = 75;
    static final int EUSERS = 87;
    static final int EOPNOTSUPP = 95;

    private Errno() {
    }

    /**
     * Whether the kernel said "not this way" rather than "this cannot be done": nothing has happened, and
     * another route may serve.
     */
    static boolean isRefusal(long result) {
        return result == -EINVAL || result == -EXDEV || result == -EOPNOTSUPP || result == -EOVERFLOW
                || isGeneralRefusal(result);
    }

    /**
     * Whether it says so whatever the files are: a kernel without the call, or a container's seccomp filter, which
     * answers EPERM; but a file may do that, too.
     */
    static boolean isGeneralRefusal(long result) {
        return result == -ENOSYS || result == -EPERM;
    }

    /** strerror(3)'s text for {@code -errno}. */
    static String text(long result) {
        return KernelNatives.errorText(Math.toIntExact(-result));
    }

    /**
     * The exception for {@code -errno}. Its message is strerror(3)'s text alone, as in the JDK's exceptions:
     * programs compare it with "Broken pipe". The call and its numbers are in the cause.
     */
    static IOException exception(long result, String call) {
        String text = text(result);
        return new IOException(text, new SystemCallException(call + ": " + text + " (errno " + -result + ")"));
    }

    /** Names the system call; has no stack trace, the exception that it is the cause of has one. */
    private static final class SystemCallException extends Exception {
        private static final long serialVersionUID = 1;

        SystemCallException(String message) {
            super(message, null, false, false);
        }
    }
}
