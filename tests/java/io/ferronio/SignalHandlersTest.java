package io.ferronio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.testing.ChildJvm;
import io.ferronio.testing.Probe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The guard beside another library's SIGBUS handler: whose faults are survived, whatever came first, and whether the list
 * of what works says what holds.
 */
class SignalHandlersTest {

    private static final String OVER_OURS = "another library has put a SIGBUS handler over ours since";
    private static final String WARNING = "another library has put a SIGBUS handler over the guard's";
    private static final int KILLED_BY_SIGBUS = 128 + 7;

    private static ChildJvm.Result run(SignalHandlers.Order order, SignalHandlers.Owner... owners) {
        return runThrough(List.of(), order, owners);
    }

    private static ChildJvm.Result runThrough(List<String> launcher, SignalHandlers.Order order,
            SignalHandlers.Owner... owners) {
        String[] args = new String[1 + owners.length];
        args[0] = order.name();
        for (int i = 0; i < owners.length; i++) {
            args[1 + i] = owners[i].name();
        }
        return ChildJvm.runThrough(launcher, SignalHandlers.class, List.of(), args);
    }

    private static void assertOursAreSurvived(Map<String, String> report) {
        for (String page : List.of("truncated", "unmapped")) {
            assertEquals("InternalError", report.get(page), report::toString);
            assertEquals("0", report.get(page + ", native"), report::toString);
        }
    }

    private static void assertOthersAreCured(Map<String, String> report) {
        assertEquals("0", report.get("other"), report::toString);
        assertEquals("1", report.get("cured"), report::toString);
        assertEquals("1", report.get("handled for it"), report::toString);
    }

    /** Which one it is, SIGBUS comes to ours first and from there to the one that knows. */
    @ParameterizedTest
    @EnumSource(names = {"BEFORE", "BEFORE_WITHOUT_CHAINING"})
    void aHandlerThatWasThereBeforeStillGetsItsFaults(SignalHandlers.Order order) {
        String output = run(order, SignalHandlers.Owner.FERRONIO, SignalHandlers.Owner.OTHER).succeeded();
        Map<String, String> report = Probe.parse(output);
        assertOursAreSurvived(report);
        assertOthersAreCured(report);
        assertTrue(report.get("guard").startsWith("guard: yes"), report::toString);
        assertFalse(output.contains(OVER_OURS) || output.contains(WARNING), output);
    }

    @Test
    void aHandlerThatCameLaterAndPassesOnLeavesUsOurs() {
        String output = run(SignalHandlers.Order.AFTER, SignalHandlers.Owner.FERRONIO, SignalHandlers.Owner.OTHER,
                SignalHandlers.Owner.FERRONIO).succeeded();
        Map<String, String> report = Probe.parse(output);
        assertOursAreSurvived(report);
        assertOthersAreCured(report);
        assertTrue(report.get("guard").startsWith("guard: yes") && report.get("guard").contains(OVER_OURS), report::toString);
        assertEquals(2, output.split(WARNING, -1).length, () -> "told once: " + output);
    }

    /** Nothing can be done about that, but it is said before the first fault. */
    @Test
    void aHandlerThatCameLaterAndDoesNotPassOnIsSaidToBeThere() {
        ChildJvm.Result result = run(SignalHandlers.Order.AFTER_WITHOUT_CHAINING, SignalHandlers.Owner.OTHER,
                SignalHandlers.Owner.FERRONIO);
        Map<String, String> report = Probe.parse(result.output());
        assertTrue(report.get("guard").contains(OVER_OURS), result::output);
        assertTrue(result.output().contains(WARNING), result::output);
        assertOthersAreCured(report);
        assertEquals(KILLED_BY_SIGBUS, result.exitStatus(), result::output);
        assertFalse(report.containsKey("truncated"), result::output);
    }

    /** HotSpot's handler is asked, as it would be without us: it knows plain reads of Java code, and nothing else. */
    @ParameterizedTest
    @EnumSource(names = {"NONE", "BEFORE", "AFTER"})
    void aFaultThatIsNobodysGoesToHotSpot(SignalHandlers.Order order) {
        assertEquals("InternalError", Probe.parse(run(order, SignalHandlers.Owner.JDK).succeeded()).get("jdk"));
        ChildJvm.Result result = run(order, SignalHandlers.Owner.JDK_NATIVE);
        assertNotEquals(0, result.exitStatus(), result::output);
        assertTrue(result.output().contains("A fatal error has been detected by the Java Runtime Environment"),
                result::output);
    }

    /** The default action, as the other library wants it. */
    @ParameterizedTest
    @EnumSource(names = {"BEFORE_WITHOUT_CHAINING", "AFTER_WITHOUT_CHAINING"})
    void aFaultThatIsNobodysGoesNoFurtherThanAHandlerThatDoesNotPassOn(SignalHandlers.Order order) {
        assertEquals(KILLED_BY_SIGBUS, run(order, SignalHandlers.Owner.JDK).exitStatus());
        assertEquals(KILLED_BY_SIGBUS, run(order, SignalHandlers.Owner.JDK_NATIVE).exitStatus());
    }

    /**
     * libjsig keeps others' handlers behind HotSpot's. Ours is before that all the same, and says so. The other's page
     * comes first here: HotSpot also shows it faults of native code in our mappings, and for want of knowing them
     * it takes itself away.
     */
    @ParameterizedTest
    @EnumSource
    void withLibjsigOursComesFirstInAnyOrder(SignalHandlers.Order order) {
        Path libjsig = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
        Assumptions.assumeTrue(Files.exists(libjsig), "this runtime image has no libjsig");
        List<String> preload = List.of("env", "LD_PRELOAD=" + libjsig);
        SignalHandlers.Owner[] owners = order == SignalHandlers.Order.NONE
                ? new SignalHandlers.Owner[] {SignalHandlers.Owner.FERRONIO, SignalHandlers.Owner.JDK}
                : new SignalHandlers.Owner[] {SignalHandlers.Owner.OTHER, SignalHandlers.Owner.FERRONIO,
                    SignalHandlers.Owner.JDK};
        String output = runThrough(preload, order, owners).succeeded();
        Map<String, String> report = Probe.parse(output);
        assertOursAreSurvived(report);
        assertEquals("InternalError", report.get("jdk"));
        assertTrue(report.get("guard").startsWith("guard: yes"), report::toString);
        assertFalse(output.contains(OVER_OURS) || output.contains(WARNING), output);
        if (order != SignalHandlers.Order.NONE) {
            assertOthersAreCured(report);
        }
    }
}
