package io.ferronio.internal;

import io.ferronio.Route;
import java.lang.ref.WeakReference;
import java.nio.channels.Channel;

/**
 * Remembers which two channels the kernel has refused to connect by which route: because of their filesystems
 * (EXDEV, EOPNOTSUPP) or of what they are (EINVAL). It is asked once for these two, and as ever for all others.
 *
 * <p>A small table without locks: a lost race or a collision costs one more refusal.
 */
final class Refusals {

    private static final int PLACES = 64;
    private static final Refusal[] REFUSALS = new Refusal[PLACES];

    private record Refusal(Route route, WeakReference<Channel> source, WeakReference<Channel> target) {
    }

    private Refusals() {
    }

    static boolean contains(Route route, Channel source, Channel target) {
        Refusal refusal = REFUSALS[place(route, source, target)];
        return refusal != null && refusal.route == route && refusal.source.refersTo(source)
                && refusal.target.refersTo(target);
    }

    static void add(Route route, Channel source, Channel target) {
        REFUSALS[place(route, source, target)] =
                new Refusal(route, new WeakReference<>(source), new WeakReference<>(target));
    }

    private static int place(Route route, Channel source, Channel target) {
        return (System.identityHashCode(source) * 31 + System.identityHashCode(target) + route.ordinal())
                & (PLACES - 1);
    }
}
