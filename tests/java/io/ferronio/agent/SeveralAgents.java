package io.ferronio.agent;

import io.ferronio.Counters;
import io.ferronio.Route;
import io.ferronio.Transfers;
import io.ferronio.agent.AgentJvm.Totals;
import io.ferronio.testing.IsolatedCopy;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.util.List;

/**
 * A program: copies of the library and of the agent on the class path and in a class loader, the agent being in place.
 * Whichever copy of the agent is asked answers for the one that is in place; each copy of the library works and counts by
 * itself.
 */
final class SeveralAgents {

    private static final int SIZE = 1000;
    private static final Path FILE = TestFiles.newFile(SIZE);

    private SeveralAgents() {
    }

    private static void check(boolean condition, Object what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    public static void main(String[] args) throws Exception {
        try (IsolatedCopy copy = new IsolatedCopy()) {
            librariesOfTheirOwn(copy);
            check(isTaken(), "installed by the flag");
            check(!FerronioAgent.install() && isTaken(), "installed a second time");
            check(asked(copy, "isInstalled") && !asked(copy, "install") && isTaken(), "installed by another copy");
            check(copy.call(SeveralAgents.class, "report", null).equals(report(null)), "the other copy reports something else");
            check(asked(copy, "uninstall") && !FerronioAgent.isInstalled() && !asked(copy, "isInstalled") && !isTaken(),
                    "uninstalled by another copy");
            check(!FerronioAgent.uninstall() && !asked(copy, "uninstall"), "uninstalled twice");
            check(asked(copy, "install") && FerronioAgent.isInstalled() && isTaken(), "installed again by another copy");
            check(FerronioAgent.uninstall() && !asked(copy, "isInstalled") && !isTaken(), "uninstalled by the first");
        }
    }

    private static boolean isTaken() throws IOException {
        Totals before = Totals.now();
        transferByTheJdk(null);
        Totals totals = Totals.now().minus(before);
        check(totals.transfers() <= 1 && totals.transfersLeft() == 0, totals);
        return totals.transfers() == 1;
    }

    private static boolean asked(IsolatedCopy copy, String what) throws Exception {
        return (boolean) copy.call(SeveralAgents.class, "ask", what);
    }

    private static void librariesOfTheirOwn(IsolatedCopy copy) throws Exception {
        Totals before = Totals.now();
        transferByOurs(null);
        copy.call(SeveralAgents.class, "transferByOurs", null);
        check(Totals.now().equals(before), "the agent has counted transfers of other copies");
        transferByTheJdk(null);
        copy.call(SeveralAgents.class, "transferByTheJdk", null);
        check(Totals.now().minus(before).transfers() == 2, Totals.now());
    }

    // ---- called in both copies

    static boolean ask(String what) {
        return switch (what) {
            case "install" -> FerronioAgent.install("log");
            case "uninstall" -> FerronioAgent.uninstall();
            default -> FerronioAgent.isInstalled();
        };
    }

    static List<String> report(Object unused) {
        return unused == null ? FerronioAgent.report() : List.of();
    }

    static void transferByOurs(Object unused) throws IOException {
        Counters before = Counters.snapshot();
        transfer(Transfers::transferTo);
        check(Counters.snapshot().transfers(Route.SENDFILE) == before.transfers(Route.SENDFILE) + 1, unused);
    }

    static void transferByTheJdk(Object unused) throws IOException {
        Counters before = Counters.snapshot();
        transfer(FileChannel::transferTo);
        check(Counters.snapshot().transfers(Route.SENDFILE) == before.transfers(Route.SENDFILE), unused);
    }

    private interface Method {
        long transferTo(FileChannel source, long position, long count, Pipe.SinkChannel target) throws IOException;
    }

    private static void transfer(Method method) throws IOException {
        Pipe pipe = Pipe.open();
        try (FileChannel channel = FileChannel.open(FILE); Pipe.SinkChannel sink = pipe.sink();
                Pipe.SourceChannel source = pipe.source()) {
            check(method.transferTo(channel, 0, SIZE, sink) == SIZE, "not all was sent");
            ByteBuffer received = ByteBuffer.allocate(SIZE);
            source.read(received);
            check(received.flip().equals(ByteBuffer.wrap(TestFiles.content(0, SIZE))), "other bytes were sent");
        }
    }
}
