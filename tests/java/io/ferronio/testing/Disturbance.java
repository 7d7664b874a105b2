package io.ferronio.testing;

import java.io.IOException;
import java.nio.channels.Channel;

/** What may happen to a transfer, before it or in the middle. */
public enum Disturbance {
    /** Nothing. */
    NONE {
        @Override
        public void happen(Channel source, Channel target, Runnable interrupt) {
            return;
        }
    },
    /** Its source is closed. */
    CLOSE_SOURCE {
        @Override
        public void happen(Channel source, Channel target, Runnable interrupt) throws IOException {
            source.close();
        }
    },
    /** Its target is closed. */
    CLOSE_TARGET {
        @Override
        public void happen(Channel source, Channel target, Runnable interrupt) throws IOException {
            target.close();
        }
    },
    /** Its thread is interrupted. */
    INTERRUPT {
        @Override
        public void happen(Channel source, Channel target, Runnable interrupt) {
            interrupt.run();
        }
    };

    /**
     * Makes it happen.
     *
     * @param source of the transfer
     * @param target of the transfer
     * @param interrupt interrupts its thread
     * @throws IOException if a channel cannot be closed
     */
    public abstract void happen(Channel source, Channel target, Runnable interrupt) throws IOException;

    /**
     * Makes it happen on the transfer's own thread.
     *
     * @param source of the transfer
     * @param target of the transfer
     * @throws IOException if a channel cannot be closed
     */
    public void happenHere(Channel source, Channel target) throws IOException {
        happen(source, target, Thread.currentThread()::interrupt);
    }
}
