package io.ferronio.agent.engine;

import io.ferronio.internal.ClassDefinition;
import io.ferronio.internal.ClassRewriting;
import io.ferronio.internal.NativeLibrary;
import io.ferronio.internal.TakenMethod;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Puts FerroNIO in the place of the JDK's methods, and takes it out again: once in a JVM, by whichever copy of the agent comes
 * first. All others hand what they are asked to that one, through its hook.
 *
 * <p>{@code FerronioAgent} calls {@link #control}, by its name: it is in another class loader.
 */
public final class Installation {

    private static final String FILE_CHANNEL = TakenMethod.OWNER;

    /** What is in place; null if nothing is. */
    private static AgentOptions installed;
    /** For {@code guard=all}. */
    private static WatchedUnmapper guardOfAll;
    private static boolean isReporting;
    /** The methods that the running JDK does not have, which is told once. */
    private static boolean hasToldMissing;

    private Installation() {
    }

    /**
     * Does what is asked.
     *
     * @param request {@code "install"} and the options; {@code "uninstall"}, {@code "isInstalled"}, {@code "report"}
     * @return whether anything was changed, whether it is installed, or the report's lines, in an array
     * @throws IllegalArgumentException if an option is not known
     * @throws UnsupportedOperationException if it cannot be done here
     */
    public static Object[] control(Object[] request) {
        if (request[0].equals("install") && !HookClass.isDefined()) {
            Prologue.load(); // while the next line loads the native library
        }
        UnaryOperator<Object[]> first = NativeLibrary.isLoaded() ? HookClass.control() : null;
        return first == null ? handle(request) : first.apply(request);
    }

    private static synchronized Object[] handle(Object[] request) {
        switch ((String) request[0]) {
            case "install":
                return new Object[] {install(AgentOptions.of((String) request[1]))};
            case "uninstall":
                return new Object[] {uninstall()};
            case "isInstalled":
                return new Object[] {installed != null};
            case "report":
                return Report.lines().toArray();
            default:
                throw new UnsupportedOperationException(request[0] + ": another version of the agent is in place");
        }
    }

    private static boolean install(AgentOptions options) {
        if (installed != null) {
            Log.line("in place already, with " + installed + "; nothing was changed");
            return false;
        }
        checkAvailable();
        Class<?> fileChannel = ClassDefinition.find(FILE_CHANNEL);
        if (fileChannel == null) {
            throw new UnsupportedOperationException("this JDK has no " + FILE_CHANNEL);
        }
        if (HookClass.control() == null) {
            HookClass.define(fileChannel, new Control());
        }
        Set<TakenMethod> taken = EnumSet.noneOf(TakenMethod.class);
        WatchedUnmapper all = options.guardsAll() ? new WatchedUnmapper() : null;
        ClassRewriting.begin(new Change(options.methods(), taken, all));
        boolean done = false;
        try {
            ClassRewriting.retransform(fileChannel);
            done = true;
        } finally {
            if (!done) {
                ClassRewriting.end();
            }
        }
        Preparation.begin(); // Not before: it would take the processor from what the application waits for.
        tellMissing(options.methods(), taken);
        if (all != null) {
            all.begin(fileChannel);
        }
        guardOfAll = all;
        installed = options;
        if (options.reports() && !isReporting) {
            isReporting = true;
            Report.atExit(options.reportFile());
        }
        if (options.logs()) {
            Log.line("in the place of " + FILE_CHANNEL + "'s " + TakenMethod.names(taken) + " (" + options + ")");
        }
        return true;
    }

    // Classes, for lambdas cost a JVM that starts some milliseconds.

    private static final class Control implements UnaryOperator<Object[]> {
        @Override
        public Object[] apply(Object[] request) {
            return handle(request);
        }
    }

    private record Change(Set<TakenMethod> methods, Set<TakenMethod> taken, WatchedUnmapper all) implements ClassRewriting.Rewriter {

        private static final String NAME = FILE_CHANNEL.replace('.', '/');

        @Override
        public byte[] rewrite(String name, byte[] classFile) {
            return name.equals(NAME) ? Prologue.insert(classFile, methods, taken)
                    : all == null ? null : all.rewrite(name, classFile);
        }
    }

    private static void checkAvailable() {
        if (!NativeLibrary.isLoaded()) {
            throw new UnsupportedOperationException(NativeLibrary.cause().getMessage(), NativeLibrary.cause());
        }
        String unavailable = ClassRewriting.unavailable();
        if (unavailable != null) {
            throw new UnsupportedOperationException("the JDK's methods cannot be changed: " + unavailable);
        }
    }

    /** A JDK that names them otherwise keeps its own. */
    private static void tellMissing(Set<TakenMethod> wanted, Set<TakenMethod> taken) {
        Set<TakenMethod> missing = EnumSet.copyOf(wanted);
        missing.removeAll(taken);
        if (!missing.isEmpty() && !hasToldMissing) {
            hasToldMissing = true;
            Log.line("JDK " + Runtime.version() + " has no " + FILE_CHANNEL + "'s " + TakenMethod.names(missing)
                    + " as JDK 17 to 25 have it: left alone");
        }
    }

    private static boolean uninstall() {
        if (installed == null) {
            return false;
        }
        if (guardOfAll != null) {
            guardOfAll.end();
        }
        ClassRewriting.end();
        ClassRewriting.retransform(ClassDefinition.find(FILE_CHANNEL));
        if (guardOfAll != null) {
            guardOfAll.restore();
            guardOfAll = null;
        }
        if (installed.logs()) {
            Log.line(FILE_CHANNEL + " is as it was");
        }
        installed = null;
        return true;
    }
}
