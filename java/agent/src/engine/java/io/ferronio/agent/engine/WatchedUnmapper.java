package io.ferronio.agent.engine;

import io.ferronio.internal.ClassDefinition;
import io.ferronio.internal.ClassRewriting;
import io.ferronio.internal.Guard;
import io.ferronio.internal.MappingWatch;
import java.util.function.LongBinaryOperator;

/**
 * The option {@code guard=all}: has the JDK tell of the mappings that it makes and unmaps itself, and the guard answer for
 * them.
 */
final class WatchedUnmapper {

    private static final String UNMAPPER = "sun.nio.ch.FileChannelImpl$Unmapper";
    private static final String DEFAULT_UNMAPPER = "sun.nio.ch.FileChannelImpl$DefaultUnmapper";
    private static final String OTHERWISE = "JDK " + Runtime.version() + " unmaps in another way than JDK 17 to 25";

    private final Class<?> unmapper = ClassDefinition.find(UNMAPPER);
    private final Class<?> defaultUnmapper = ClassDefinition.find(DEFAULT_UNMAPPER);
    /** Whether they were rewritten, by whichever thread has them made anew. */
    private volatile boolean tellsBeforeUnmap;
    private volatile boolean tellsAfterMap;

    /** Rewrites a class, if it is one of theirs; else null. */
    byte[] rewrite(String name, byte[] classFile) {
        byte[] telling = null;
        if (name.equals(TellingUnmapper.UNMAPPER)) {
            telling = TellingUnmapper.beforeUnmap(classFile);
            tellsBeforeUnmap = telling != null;
        } else if (name.equals(TellingUnmapper.DEFAULT_UNMAPPER)) {
            telling = TellingUnmapper.afterConstructor(classFile);
            tellsAfterMap = telling != null;
        }
        return telling;
    }

    /** Begins, while {@link #rewrite} is asked. Where that is not possible, all is as without, and that is said. */
    void begin(Class<?> neighbour) {
        String reason = Guard.isAvailable() ? null : Guard.unavailable();
        if (reason == null && (unmapper == null || defaultUnmapper == null)) {
            reason = OTHERWISE;
        }
        try {
            if (reason == null) {
                if (ClassDefinition.find(MappingWatch.TELLER) == null) {
                    ClassDefinition.define(neighbour, HookClass.classFile(MappingWatch.TELLER.replace('.', '/')),
                            MappingWatch.OPERATOR, LongBinaryOperator.class, MappingWatch.operator());
                }
                ClassRewriting.retransform(unmapper);
                ClassRewriting.retransform(defaultUnmapper);
                if (tellsBeforeUnmap && tellsAfterMap) {
                    MappingWatch.begin();
                } else {
                    reason = OTHERWISE;
                }
            }
        } catch (RuntimeException | LinkageError e) {
            MappingWatch.end();
            reason = e.toString();
        }
        if (reason != null) {
            Log.line("guard=all is not possible: " + reason);
        }
    }

    /** Lets go of all mappings: while the JDK still tells what it unmaps. */
    void end() {
        MappingWatch.end();
    }

    /** Has the classes made anew, when {@link #rewrite} is asked no more. */
    void restore() {
        if (tellsBeforeUnmap || tellsAfterMap) {
            ClassRewriting.retransform(unmapper);
            ClassRewriting.retransform(defaultUnmapper);
        }
    }
}
