package io.ferronio.internal;

import static io.ferronio.internal.TransferEngine.NOT_HANDLED;
import static io.ferronio.internal.TransferPlan.OWN_POSITION;

import io.ferronio.Route;
import io.ferronio.TransferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;

/**
 * One run of a {@link TransferPlan}, to its end: calls {@link TransferEngine} until all has moved, waits in between,
 * and keeps account of what was delivered and of what was taken and was not. One thread, once.
 *
 * <p>What the engine does not handle goes by the JDK's method where the source is a file, which can be read again,
 * and through a buffer of ours where it is a stream: the JDK's method would not say what got lost.
 */
public final class TransferRun {

    /** How much moves between two looks at progress and pages. */
    private static final long PIECE = 4 << 20;

    /** Up to that size, header, file and trailer are one read and one write, which is less than three writes cost. */
    private static final int TRAIN = 32 << 10;

    /** What is moved by hand to find out why nothing moves: more often than not it is the end. */
    private static final int TRIAL = 16 << 10;

    /** The buffer in the heap, for channels that may want its array. */
    private static final int HEAP_CAPACITY = 64 << 10;

    /** As large as those that the JDK makes of a file. */
    private static final int DATAGRAM = 8 << 10;

    /**
     * The most that a channel which is not the system's gets by one write. Channels.newChannel takes so much out of the
     * buffer before it writes it, and of a longer write that fails it does not tell which parts have been written.
     */
    private static final int FOREIGN_WRITE = 8 << 10;

    private final TransferPlan plan;
    private final Trace trace;
    private final WritableByteChannel target;
    private final long piece;
    /** Where in the target the first byte goes, if the target is a file and its own position does not tell. */
    private long targetStart;
    private final TransferWait wait;
    private ByteBuffer buffer;
    /** For what comes from a stream and goes to another; null until then. */
    private RelayEngine relay;
    /** Bytes of a source that is a file, between header and trailer; not known before the last one was read. */
    private long lengthOfFile = Long.MAX_VALUE;
    /** Where the source that is a file was seen to end; 0 if nobody has looked. */
    private long sizeSeen;
    /** Bytes of the header that the file's are to join, and whether they, or some of the file's, may wait for more. */
    private int begun;
    private boolean isHeldBack;
    private long delivered;
    private long undelivered;
    /** What {@link TransferPlan#onProgress} was told last. */
    private long told;

    /**
     * Prepares a run.
     *
     * @param plan with a target
     * @param trace told what happens
     */
    public TransferRun(TransferPlan plan, Trace trace) {
        this.plan = plan;
        this.trace = trace;
        this.target = plan.target();
        this.targetStart = plan.targetPosition();
        this.wait = new TransferWait(plan.source(), target, trace);
        boolean isWatched = plan.onProgress() != null || plan.readAhead() > 0 || plan.dropBehind()
                || plan.cancellation() != null;
        this.piece = isWatched ? PIECE : Long.MAX_VALUE;
    }

    /**
     * Runs it.
     *
     * @throws IOException what ended it; {@link TransferException} if bytes have been lost, else that is among the
     *     suppressed exceptions
     * @throws Cancelled if somebody has cancelled it
     */
    public void run() throws IOException {
        wait.endIfCancelled();
        if (!plan.source().isOpen() || !target.isOpen()) {
            throw new ClosedChannelException();
        }
        try (wait) {
            move();
        } catch (Cancelled e) {
            if (delivered > told) {
                progressed();
            }
            throw e;
        } catch (Throwable e) {
            throw failed(e);
        } finally {
            if (relay != null) {
                relay.close();
            }
            if (buffer != null && buffer.isDirect()) {
                TransferBuffers.giveBack(buffer);
            }
        }
    }

    /**
     * What has reached the target so far, header and trailer included.
     *
     * @return bytes
     */
    public long delivered() {
        return delivered;
    }

    /**
     * What was taken from a stream and has not reached the target.
     *
     * @return bytes
     */
    public long undelivered() {
        return undelivered;
    }

    /** The exception for a failure: whoever gets it can know what was delivered. */
    private RuntimeException failed(Throwable thrown) throws IOException {
        Throwable failure = thrown;
        if (thrown instanceof ClosedChannelException && !(thrown instanceof AsynchronousCloseException)
                && (!plan.source().isOpen() || !target.isOpen())) {
            failure = new AsynchronousCloseException(); // Both were open when we began.
            failure.addSuppressed(thrown);
        }
        if (undelivered > 0 && failure instanceof IOException) {
            throw new TransferException(delivered, undelivered, failure);
        }
        failure.addSuppressed(new TransferException(delivered, undelivered, null));
        return JdkAccess.<IOException>rethrow(failure);
    }

    private void move() throws IOException {
        if (!(plan.source() instanceof FileChannel)) {
            moveStream();
            return;
        }
        FileChannel source = (FileChannel) plan.source();
        if (plan.position() != OWN_POSITION) {
            moveFile(source, plan.position());
            return;
        }
        long start = positionOf(source);
        if (start == OWN_POSITION) {
            moveStream();
            return;
        }
        Throwable failure = null;
        try {
            moveFile(source, start);
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            advance(source, start, Math.min(delivered - TransferPlan.remaining(plan.header()), lengthOfFile), failure);
        }
    }

    /**
     * Advances the own position of a file. It stays open: an interrupt is for whoever waits next.
     *
     * @param failure what has ended the run, which nothing that goes wrong here may hide; or null
     */
    private static void advance(FileChannel file, long start, long moved, Throwable failure) throws IOException {
        if (moved <= 0 || !file.isOpen()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            file.position(start + moved);
        } catch (IOException e) {
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The own position of a file; none if it is a pipe with a name, or a terminal. */
    private static long positionOf(FileChannel file) throws IOException {
        try {
            return file.position();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            return OWN_POSITION;
        }
    }

    // From a file: what was read and not written can be read again, nothing is ever lost.

    private void moveFile(FileChannel source, long position) throws IOException {
        long count = plan.count();
        if (plan.isToFile()) {
            // The target may be the same file: its end is the one that it has now.
            long size = source.size();
            Trace.systemCalls(trace, 1);
            if (size > 0) {
                count = Math.min(count, Math.max(0, size - position));
                refuseOverlap(source, position, count);
            }
        }
        if (moveAsOneWrite(source, position, count)) {
            return;
        }
        begun = beginTrain();
        boolean held = begun == 0 && plan.hasFrame() && SendQueue.hold(target);
        try {
            deliver(plan.header(), begun);
            moveFileItself(source, position, count);
            deliver(plan.trailer(), 0);
        } finally {
            if (held) {
                SendQueue.letGo(target);
                Trace.systemCalls(trace, 3);
            } else if (isHeldBack) {
                Trace.systemCalls(trace, SendQueue.push(target));
            }
        }
    }

    /** Writes a header that nothing but the file follows, for the file to join. Gives how many of its bytes. */
    private int beginTrain() throws IOException {
        long length = TransferPlan.remaining(plan.header());
        if (length == 0 || length > TRAIN || TransferPlan.remaining(plan.trailer()) > 0 || !(target instanceof SocketChannel)
                || !buffer().isDirect()) {
            return 0;
        }
        wait.endIfCancelled();
        put(plan.header(), buffer().clear());
        int sent = SendQueue.begin(target, buffer().flip());
        Trace.systemCalls(trace, 1);
        if (sent > 0) {
            isHeldBack = true;
            delivered += sent;
            wait.moved();
        }
        return sent;
    }

    /** Part of a file to another part of it: only if they have nothing in common. */
    private void refuseOverlap(FileChannel source, long position, long count) throws IOException {
        FileChannel file = (FileChannel) target;
        if (count == 0 || file != source && !(TransferEngine.TO_FILE && FileChannelAccess.isInstance(source)
                && FileChannelAccess.isInstance(file) && FileTransfer.isSameFile(source, file))) {
            return;
        }
        long start = targetStart != OWN_POSITION ? targetStart : positionOf(file);
        long length = count + TransferPlan.remaining(plan.header()) + TransferPlan.remaining(plan.trailer());
        if (start != OWN_POSITION && start < position + count && position < start + length) {
            throw new IllegalArgumentException("source and target are the same file, and the " + count
                    + " bytes at " + position + " overlap the " + length + " bytes to write at " + start);
        }
    }

    /** Little is copied into one buffer and written at once: one segment of TCP, and two system calls. */
    private boolean moveAsOneWrite(FileChannel source, long position, long count) throws IOException {
        long headerLength = TransferPlan.remaining(plan.header());
        long most = TRAIN - headerLength - TransferPlan.remaining(plan.trailer());
        if (!plan.hasFrame() || most < 0 || target instanceof DatagramChannel) {
            return false;
        }
        if (count > most) {
            sizeSeen = source.size();
            Trace.systemCalls(trace, 1);
            if (sizeSeen == 0 || sizeSeen - position >= most) {
                return false;
            }
        }
        ByteBuffer all = buffer();
        put(plan.header(), all.clear());
        int length = (int) Math.min(count, most);
        all.limit(all.position() + length);
        while (all.hasRemaining()) {
            int n = source.read(all, position + all.position() - headerLength);
            Trace.systemCalls(trace, 1);
            if (n <= 0) {
                break;
            }
        }
        if (!all.hasRemaining() && length < count) {
            return false; // More than it was said to be: it grows.
        }
        lengthOfFile = all.position() - headerLength;
        put(plan.trailer(), all.limit(all.capacity()));
        deliver(all.flip());
        counted(lengthOfFile);
        progressed();
        return true;
    }

    /** Appends buffers that stay as they are. */
    private static void put(ByteBuffer[] buffers, ByteBuffer target) {
        for (ByteBuffer buffer : buffers) {
            int length = buffer.remaining();
            target.put(target.position(), buffer, buffer.position(), length);
            target.position(target.position() + length);
        }
    }

    private void moveFileItself(FileChannel source, long position, long count) throws IOException {
        long end = count > Long.MAX_VALUE - position ? Long.MAX_VALUE : position + count;
        PageWindow window = new PageWindow(source, target, position, plan.readAhead(), plan.dropBehind());
        boolean waited = false;
        long at = position;
        while (at < end) {
            wait.endIfCancelled();
            // No more than there is: who has done all that was wanted holds nothing back.
            long wanted = Math.min((at < sizeSeen ? Math.min(end, sizeSeen) : end) - at, piece);
            window.readAhead(at, end, trace);
            boolean wasHeldBack = isHeldBack;
            isHeldBack = begun > 0; // If it throws, nobody knows.
            long n = transferTo(source, at, wanted);
            if (n == 0) {
                isHeldBack = wasHeldBack;
                long size = source.size();
                Trace.systemCalls(trace, 1);
                if (size > 0 && at >= size) {
                    break;
                }
                if (!waited) {
                    wait.await(target, SelectionKey.OP_WRITE);
                    waited = true;
                    continue;
                }
                // Ready, and yet nothing moves: a file that says nothing true of its size, a target that says 0.
                n = pass(source, at, Math.min(wanted, TRIAL));
                if (n <= 0) {
                    break;
                }
            }
            waited = false;
            isHeldBack = begun > 0 && n < wanted;
            at += n;
            progressed();
            window.dropBehind(at, trace);
        }
        lengthOfFile = at - position;
    }

    /** One call of the engine's, or of the JDK's, and what was delivered before it failed. */
    private long transferTo(FileChannel source, long position, long wanted) throws IOException {
        long before = trace.moved();
        try {
            return transferPiece(source, position, wanted);
        } catch (ClosedChannelException e) {
            delivered += trace.moved() - before;
            throw e;
        }
    }

    private long transferPiece(FileChannel source, long position, long wanted) throws IOException {
        long n;
        if (targetStart != OWN_POSITION) {
            n = TransferEngine.tryCopy(source, position, (FileChannel) target, targetStart + delivered, wanted, trace);
            if (n == NOT_HANDLED) {
                wait.endIfCancelled();
                return Math.max(0, pass(source, position, wanted));
            }
        } else {
            n = TransferEngine.tryTransferTo(source, position, wanted, target, trace);
            if (n == NOT_HANDLED && Trace.isCancellable(trace)) {
                wait.endIfCancelled();
                return Math.max(0, pass(source, position, wanted)); // The JDK's method could not be woken.
            }
            if (n == NOT_HANDLED) {
                n = source.transferTo(position, wanted, target);
                Tally.transferred(Route.JDK, n);
                if (n > 0) {
                    Trace.took(trace, Route.JDK);
                }
            }
        }
        delivered += n;
        return n;
    }

    // From a stream: what was taken is owned, until it is written.

    private void moveStream() throws IOException {
        FileChannel file = null;
        boolean advances = false;
        if (plan.isToFile()) {
            if (targetStart == OWN_POSITION) {
                targetStart = positionOf((FileChannel) target);
                advances = targetStart != OWN_POSITION;
            }
            file = targetStart == OWN_POSITION ? null : (FileChannel) target;
        }
        Throwable failure = null;
        try {
            deliver(plan.header(), 0);
            moveStreamItself(plan.source(), file);
            deliver(plan.trailer(), 0);
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            if (advances) {
                advance(file, targetStart, delivered, failure);
            }
        }
    }

    private void moveStreamItself(ReadableByteChannel source, FileChannel file) throws IOException {
        for (long moved = 0; moved < plan.count();) {
            TransferWait.endIfInterrupted(source);
            wait.endIfCancelled();
            long wanted = Math.min(plan.count() - moved, piece);
            long n = file == null ? NOT_HANDLED : transferFrom(file, source, wanted);
            if (n <= 0) {
                // The end, or nothing there for now, or not handled.
                n = file == null && isRelayed(source) ? relay(source, wanted) : pass(source, OWN_POSITION, wanted);
            }
            if (n < 0) {
                return;
            }
            if (n == 0 && undelivered > 0) {
                wait.await(target, SelectionKey.OP_WRITE);
                continue;
            }
            if (n == 0) {
                wait.await(source, SelectionKey.OP_READ);
                continue;
            }
            moved += n;
            progressed();
        }
    }

    private long transferFrom(FileChannel file, ReadableByteChannel source, long wanted) throws IOException {
        try {
            long n = TransferEngine.tryTransferFrom(file, source, targetStart + delivered, wanted, trace);
            delivered += Math.max(0, n);
            return n;
        } catch (IOException e) {
            for (Throwable suppressed : e.getSuppressed()) {
                if (suppressed instanceof TransferException) {
                    delivered += ((TransferException) suppressed).delivered();
                    undelivered += ((TransferException) suppressed).undelivered();
                }
            }
            throw e;
        }
    }

    /** Datagrams have sizes of their own, and channels that are not the JDK's may want a buffer with an array. */
    private boolean isRelayed(ReadableByteChannel source) {
        return isJdks(source) && isJdks(target)
                && !(source instanceof DatagramChannel) && !(target instanceof DatagramChannel);
    }

    /** Bytes delivered, 0 if an end is not ready, -1 at the end of the stream. */
    private long relay(ReadableByteChannel source, long wanted) throws IOException {
        if (relay == null) {
            relay = new RelayEngine(source, target);
        }
        try {
            long n = relay.transfer(wanted, trace);
            delivered += Math.max(0, n);
            return n;
        } finally {
            undelivered = relay.pending();
        }
    }

    // By read and write.

    /** One read, and as many writes as it takes; what the read says. */
    private long pass(ReadableByteChannel source, long position, long wanted) throws IOException {
        ByteBuffer bytes = buffer();
        bytes.clear().limit((int) Math.min(wanted, target instanceof DatagramChannel ? DATAGRAM : bytes.capacity()));
        if (position == OWN_POSITION && !WakeableIo.awaitReadable(source, trace)) {
            throw new Cancelled();
        }
        long before = delivered;
        try {
            int n = position == OWN_POSITION ? source.read(bytes) : ((FileChannel) source).read(bytes, position);
            Trace.systemCalls(trace, 1);
            if (n > 0) {
                deliver(bytes.duplicate().flip());
                counted(n);
            }
            return n;
        } finally {
            // The position says what was taken, even by a read that has failed; a write that has failed may have
            // moved that of its buffer past what it has not written.
            undelivered = position == OWN_POSITION ? bytes.position() - (delivered - before) : 0;
        }
    }

    /** Has gone through a buffer. */
    private void counted(long bytes) {
        Tally.transferred(Route.BUFFERED, bytes);
        Trace.took(trace, Route.BUFFERED);
    }

    /** Counts what the writes return: where the buffer's position is after a failure is no proof. */
    private void deliver(ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        int most = target instanceof SelectableChannel || target instanceof FileChannel ? end : FOREIGN_WRITE;
        while (bytes.position() < end) {
            bytes.limit(Math.min(end - bytes.position(), most) + bytes.position());
            wait.endIfCancelled();
            delivered(targetStart == OWN_POSITION ? WakeableIo.write(target, bytes, trace)
                    : ((FileChannel) target).write(bytes, targetStart + delivered));
        }
    }

    /** Writes copies of a plan's buffers, less what has been written. */
    private void deliver(ByteBuffer[] buffers, int written) throws IOException {
        if (TransferPlan.remaining(buffers) == 0) {
            return;
        }
        ByteBuffer[] copies = new ByteBuffer[buffers.length];
        int left = written;
        for (int i = 0; i < buffers.length; i++) {
            copies[i] = buffers[i].duplicate();
            int here = Math.min(left, copies[i].remaining());
            copies[i].position(copies[i].position() + here);
            left -= here;
        }
        if (targetStart == OWN_POSITION && target instanceof GatheringByteChannel && !Trace.isCancellable(trace)) {
            while (TransferPlan.remaining(copies) > 0) {
                delivered(((GatheringByteChannel) target).write(copies));
            }
        } else {
            for (ByteBuffer copy : copies) {
                deliver(copy);
            }
        }
        progressed();
    }

    private void delivered(long n) throws IOException {
        Trace.systemCalls(trace, 1);
        if (n > 0) {
            delivered += n;
            wait.moved();
        } else {
            wait.await(target, SelectionKey.OP_WRITE);
        }
    }

    private void progressed() {
        wait.moved();
        told = delivered;
        if (plan.onProgress() != null) {
            plan.onProgress().accept(delivered);
        }
    }

    /** A direct buffer of the pool's for two channels of the JDK's own; others may want an array. */
    private ByteBuffer buffer() {
        if (buffer == null) {
            buffer = isJdks(plan.source()) && isJdks(target) ? TransferBuffers.take() : null;
            if (buffer == null) {
                buffer = ByteBuffer.allocate(HEAP_CAPACITY);
            }
        }
        return buffer;
    }

    private static boolean isJdks(Channel channel) {
        return channel.getClass().getClassLoader() == null;
    }
}
