package io.ferronio.agent;

import java.util.Arrays;
import java.util.List;

/**
 * Puts FerroNIO in the place of the JDK's own {@code FileChannel.transferTo}, {@code transferFrom} and {@code map}, for the
 * whole process: whoever calls them, by whatever means, and whatever it was compiled against. What they promise stays the
 * same, to the order of their checks and the text of their exceptions.
 *
 * <p>By a flag, without a change to the program: {@code -javaagent:ferronio-agent.jar}, also in {@code JAVA_TOOL_OPTIONS}. To a
 * JVM that runs already, by attaching. From the program itself: {@link #install()}.
 *
 * <p>The options, separated by commas:
 * <ul>
 * <li>{@code methods=transferTo,transferFrom,map}: only these of the methods; without it, all;
 * <li>{@code guard=all}: the guard also answers for mappings that the JDK makes: into an {@code Arena}, before the agent came,
 * or because {@code map} is not among the methods. A page of theirs that cannot be had ends the JVM no more;
 * <li>{@code report}, {@code report=FILE}: when the JVM ends, what went through FerroNIO goes to standard error, or is appended
 * to a file, where {@code %p} is the number of the process;
 * <li>{@code log}: says on standard error what it does. What it cannot do, it says anyway.
 * </ul>
 *
 * <p>The agent is complete in its jar, and has its library to itself: a copy of {@code ferronio.jar} that the application has,
 * of whatever version, is not touched and not used, and has counters of its own. Methods may be called by any thread.
 */
public final class FerronioAgent {

    private FerronioAgent() {
    }

    /**
     * Puts FerroNIO in place, with all methods and no report. Calls that are under way end as they began.
     *
     * @return whether it was not in place before
     * @throws UnsupportedOperationException where it cannot be done: no native library for this machine, or a JVM that lets no
     *     class be changed
     */
    public static boolean install() {
        return install("");
    }

    /**
     * Puts FerroNIO in place. If it is already, with whatever options, nothing is changed.
     *
     * @param options as after {@code -javaagent:ferronio-agent.jar=}; null or empty for none
     * @return whether it was not in place before
     * @throws IllegalArgumentException if an option is not known; nothing has happened
     * @throws UnsupportedOperationException as {@link #install()}
     */
    public static boolean install(String options) {
        return (boolean) Engine.ask("install", options)[0];
    }

    /**
     * Puts the JDK's methods back. Calls that are under way, and buffers that were mapped, stay as they are.
     *
     * @return whether FerroNIO was in place
     */
    public static boolean uninstall() {
        return (boolean) Engine.ask("uninstall")[0];
    }

    /**
     * Whether FerroNIO is in place, by whatever copy of the agent.
     *
     * @return whether it is
     */
    public static boolean isInstalled() {
        return (boolean) Engine.ask("isInstalled")[0];
    }

    /**
     * What went through FerroNIO so far: transfers and bytes by route, calls that were left to the JDK, mappings, faults.
     *
     * @return lines of text
     */
    public static List<String> report() {
        return Arrays.stream(Engine.ask("report")).map(String.class::cast).toList();
    }
}
