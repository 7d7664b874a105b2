package io.ferronio.internal;

/** Hot natives for what has been written to a socket or pipe and is still there: a value, or {@code -errno}. */
final class QueueNatives {

    private QueueNatives() {
    }

    /**
     * TCP_CORK: a TCP socket holds partial segments back from now on.
     *
     * @param socket its descriptor
     * @return 1, or 0 if it did so before; or {@code -errno}
     */
    static native long hold(int socket);

    /**
     * send(2) with MSG_MORE: the first bytes of a train. Does not wait.
     *
     * @param socket its descriptor
     * @param address of the bytes, in a direct buffer
     * @param count bytes
     * @return how many were written, 0 where only a write can tell why; or {@code -errno}
     */
    static native long begin(int socket, long address, int count);

    /**
     * The end of a train that was begun: what was held back leaves, unless TCP_CORK is set.
     *
     * @param socket its descriptor
     * @return 1, or 0 if it is; or {@code -errno} if it is not TCP's
     */
    static native long push(int socket);

    /**
     * The end of TCP_CORK: what was held back leaves.
     *
     * @param socket descriptor of a TCP socket
     * @return 0, or {@code -errno}
     */
    static native long letGo(int socket);

    /**
     * SIOCOUTQ or FIONREAD: what has been written and may still refer to the pages of a file.
     *
     * @param target descriptor of a socket, or of a pipe's end
     * @return bytes, or {@code -errno}
     */
    static native long length(int target);
}
