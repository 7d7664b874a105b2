package io.ferronio.benchmarks.harness;

/**
 * What a row is to reach: the ratio of a way to another, at most.
 *
 * @param way whose figure it is
 * @param against the way that it is divided by
 * @param figure time or processor time
 * @param size the size it is meant for; 0: each
 * @param firstJdk the feature version from which on it is meant
 * @param lastJdk the last that it is meant for
 * @param atMost the ratio
 */
public record Aim(Way way, Way against, Figure figure, long size, int firstJdk, int lastJdk, double atMost) {

    /** Whether it is about this size on this JDK. */
    public boolean isFor(long size, int jdk) {
        return (this.size == 0 || this.size == size) && firstJdk <= jdk && jdk <= lastJdk && against.isOn(jdk);
    }
}
